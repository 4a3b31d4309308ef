import { createPool, migrate, type Pool } from '@chappe/postgres';
import type { Message } from '@chappe/schemas';
import { type TestDatabase, testDatabase } from '@chappe/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDecisionStore } from '../src/adapters/postgres-decision-store.ts';
import { createPendingPublications } from '../src/adapters/postgres-waiting.ts';
import { composeDeliveries } from '../src/domain/compose-deliveries.ts';
import { decideSlice, type SliceDecision } from '../src/domain/decide-slice.ts';
import { scopeOf } from '../src/domain/thread-scope.ts';
import { relayPending } from '../src/routing/relay-pending.ts';
import {
  arrival,
  givenCancellation,
  givenContext,
  givenLead,
  givenReply,
  givenReroute,
  givenSuspended,
  type RequestChange,
} from './given.ts';
import { rolesIn } from './thread-history.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
let database: TestDatabase;
let pools: Pool[] = [];

beforeAll(async () => {
  database = await testDatabase('router');
  pools = ['first', 'second'].map((name) =>
    createPool({ url: database.url, applicationName: `router-${name}`, log: silent }),
  );
  await migrate(poolOf(0), { folder: new URL('../migrations/', import.meta.url), log: silent });
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database?.drop();
});

function poolOf(instance: number): Pool {
  const pool = pools[instance];
  if (pool === undefined) throw new Error('two instances');
  return pool;
}

const posts = givenSuspended('post:CI', 'post:TG');
const away = givenContext({ directory: posts });
const toBoth: RequestChange = {
  countriesConcerned: ['CI'],
  recipients: { action: [{ correspondent: 'post:CI' }, { correspondent: 'post:TG' }] },
};

/** Routes messages as one slice of an instance; suspended or not, as the directory of its moment says. */
function route(
  instance: number,
  messages: readonly Message[],
  context = givenContext(),
  adjust: (decided: SliceDecision) => SliceDecision = (same) => same,
): Promise<SliceDecision> {
  const arrivals = messages.map(arrival);
  return createDecisionStore(poolOf(instance)).decide(scopeOf(arrivals), (records) =>
    adjust(decideSlice(arrivals, records, context)),
  );
}

function onlyDecision({ recorded }: SliceDecision) {
  const [known] = recorded;
  if (known === undefined) throw new Error('it was not decided');
  return known;
}

it('one stand-in for two suspended posts gets a message once, whichever instances decide at the same moment', async () => {
  for (let round = 0; round < 15; round += 1) {
    const lead = givenLead('post:DJ', toBoth);
    await route(0, [lead]);
    const orders = ['post:CI', 'post:TG'].map((code) => givenReroute(code, lead));
    const outcomes = await Promise.all(orders.map((order, instance) => route(instance, [order], away)));
    const brought = outcomes.flatMap((outcome) =>
      composeDeliveries(onlyDecision(outcome), outcome.findOriginal).filter(
        ({ messageId }) => messageId === lead.messageId,
      ),
    );
    expect(brought.map(({ correspondent, role }) => `${correspondent} ${role}`)).toEqual([
      'desk:duty ACTION',
    ]);
  }
});

it('a cancellation decided at the same moment reaches the stand-in, or leaves nothing to reroute', async () => {
  const seen = new Set<string>();
  for (let round = 0; round < 25; round += 1) {
    const lead = givenLead('post:DJ', toBoth);
    await route(0, [lead]);
    const order = givenReroute('post:CI', lead);
    const cancellation = givenCancellation('post:DJ', lead, { urgency: 'FLASH' });
    const [rerouted, recalled] = await Promise.all([
      route(round % 2, [order], away),
      route((round + 1) % 2, [cancellation], away),
    ]);
    const { outcome, refusalCode } = onlyDecision(rerouted).decision;
    const reached = rolesIn(onlyDecision(recalled).decision).some((each) => each.startsWith('desk:duty'));
    seen.add(outcome);
    if (outcome === 'ACCEPTED') expect(reached).toBe(true);
    else expect([refusalCode, reached]).toEqual(['original-cancelled', false]);
  }
  expect(seen.size).toBeGreaterThan(0);
});

it('whoever stood in may answer, by what the store remembers of it', async () => {
  const lead = givenLead('post:DJ', toBoth);
  await route(0, [lead]);
  await route(1, [givenReroute('post:CI', lead)], away);
  const reply = givenReply('desk:duty', lead);
  expect(rolesIn(onlyDecision(await route(0, [reply])).decision)).toEqual([
    'post:DJ ACTION',
    'desk:duty SENDER',
  ]);
});

it('an order whose publication is pending is published with the original that it passes on', async () => {
  const lead = givenLead('post:DJ', toBoth);
  await route(0, [lead]);
  const order = givenReroute('post:CI', lead);
  await route(1, [order], away, (decided) => ({ ...decided, released: decided.publish }));

  const brought: string[] = [];
  const publisher: Parameters<typeof relayPending>[1][number]['publisher'] = {
    async publish(decisions, findOriginal) {
      for (const known of decisions) {
        for (const { correspondent, messageId } of composeDeliveries(known, findOriginal)) {
          brought.push(`${correspondent} ${messageId === lead.messageId ? 'lead' : 'order'}`);
        }
      }
    },
  };
  expect(await relayPending(createPendingPublications(poolOf(0)), [{ lane: 'routine', publisher }])).toBe(1);
  expect(brought).toEqual(['desk:duty lead', 'desk:duty order', 'service:system order']);
});
