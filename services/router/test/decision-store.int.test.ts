import { createPool, migrate, type Pool, readOffset, StaleOffset } from '@chappe/postgres';
import type { Message } from '@chappe/schemas';
import { type TestDatabase, testDatabase } from '@chappe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDecisionStore } from '../src/adapters/postgres-decision-store.ts';
import { createFindOverdueThreads, createPendingPublications } from '../src/adapters/postgres-waiting.ts';
import { decideSlice } from '../src/domain/decide-slice.ts';
import { noRecords } from '../src/domain/thread-memory.ts';
import { scopeOf } from '../src/domain/thread-scope.ts';
import { relayPending } from '../src/routing/relay-pending.ts';
import { sweepHeld } from '../src/routing/sweep-held.ts';
import {
  arrival,
  givenContext,
  givenDispatch,
  givenLead,
  givenReply,
  givenSupplement,
  noonMs,
} from './given.ts';

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

/** Routes messages as one slice of an instance. */
function route(
  instance: number,
  messages: readonly Message[],
  change: Parameters<typeof givenContext>[0] = {},
) {
  const arrivals = messages.map(arrival);
  return createDecisionStore(poolOf(instance)).decide(scopeOf(arrivals), (records) =>
    decideSlice(arrivals, records, givenContext(change)),
  );
}

async function outcomesOf(message: Message): Promise<string[]> {
  const found = await poolOf(0).query<{ accepted: boolean }>(
    'SELECT accepted FROM decision WHERE message_id = $1 ORDER BY accepted DESC',
    [message.messageId],
  );
  return found.rows.map(({ accepted }) => (accepted ? 'ACCEPTED' : 'REFUSED'));
}

describe('two instances that decide at the same time', () => {
  it('accept a message once when both read the same copy', async () => {
    for (let round = 0; round < 25; round += 1) {
      const lead = givenLead('post:DJ');

      const outcomes = await Promise.all([route(0, [lead]), route(1, [lead])]);

      expect(outcomes.flatMap(({ fates }) => fates.map(({ fate }) => fate)).sort()).toEqual([
        'DECIDED',
        'REPEATED',
      ]);
      expect(await outcomesOf(lead)).toEqual(['ACCEPTED']);
    }
  });

  it('accept one of two different copies, in whatever threads and lanes they are', async () => {
    const root = givenLead('post:DJ');
    await route(0, [root]);
    for (let round = 0; round < 25; round += 1) {
      const lead = givenLead('post:DJ');
      const other = givenSupplement('post:DJ', root, { submissionId: lead.submissionId, urgency: 'URGENT' });

      const outcomes = await Promise.all([route(0, [lead]), route(1, [other])]);

      expect(outcomes.flatMap(({ fates }) => fates.map(({ fate }) => fate)).sort()).toEqual([
        'CONFLICT',
        'DECIDED',
      ]);
      expect(await outcomesOf(lead)).toEqual(['ACCEPTED', 'REFUSED']);
    }
  });

  it('never miss each other: a reply and what it answers leave nothing waiting', async () => {
    for (let round = 0; round < 25; round += 1) {
      const lead = givenLead('post:DJ');
      const reply = givenReply('desk:trafficking', lead, { urgency: 'FLASH' });

      await Promise.all([route(0, [lead]), route(1, [reply])]);

      expect(await outcomesOf(reply)).toEqual(['ACCEPTED']);
    }
  });

  it('do not wait for each other in a circle', async () => {
    for (let round = 0; round < 10; round += 1) {
      const leads = Array.from({ length: 20 }, () => givenLead('post:DJ'));
      await Promise.all([route(0, leads), route(1, leads.toReversed())]);
      for (const lead of leads) expect(await outcomesOf(lead)).toEqual(['ACCEPTED']);
    }
  });

  it('find what was recorded without the lock, and decide again', async () => {
    const lead = givenLead('post:DJ');
    const arrivals = [arrival(lead)];
    let calls = 0;
    // The first call decides on a state that is out of date, as after a restore of the locks' server.
    const outcome = await createDecisionStore(poolOf(0)).decide(scopeOf(arrivals), (records) => {
      calls += 1;
      return decideSlice(arrivals, calls === 1 ? noRecords : records, givenContext());
    });
    expect(outcome.fates.map(({ fate }) => fate)).toEqual(['DECIDED']);
    calls = 0;
    const second = await createDecisionStore(poolOf(1)).decide(scopeOf(arrivals), (records) => {
      calls += 1;
      return decideSlice(arrivals, calls === 1 ? noRecords : records, givenContext());
    });
    expect([calls, second.fates.map(({ fate }) => fate)]).toEqual([2, ['REPEATED']]);
    expect(await outcomesOf(lead)).toEqual(['ACCEPTED']);
  });
});

describe('what is recorded', () => {
  it('gives back decision and original as they were', async () => {
    const lead = givenLead('post:DJ');
    const [recorded] = (await route(0, [lead])).recorded;

    const [repeated] = (await route(1, [lead])).publish;

    expect(repeated?.decision).toEqual(recorded?.decision);
    expect(repeated?.original()).toEqual(lead);
    expect(Buffer.from(repeated?.encoded ?? [])).toEqual(arrival(lead).encoded);
  });

  it('keeps what waits, releases it with its reference, and leaves its publication pending for the relay', async () => {
    const lead = givenLead('post:DJ', { urgency: 'URGENT' });
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:SN']);
    expect((await route(0, [dispatch])).heldAnew).toHaveLength(1);
    expect((await route(1, [dispatch])).heldAnew).toHaveLength(0);

    const { released } = await route(1, [lead]);

    expect(released.map(({ decision }) => decision.messageId)).toEqual([dispatch.messageId]);
    const published: { id: string; original: Message | null }[] = [];
    const publisher = {
      async publish(
        decisions: readonly { decision: { messageId: string } }[],
        findOriginal: (id: string) => Message | null,
      ) {
        for (const { decision } of decisions) {
          published.push({ id: decision.messageId, original: findOriginal(lead.messageId) });
        }
      },
    };
    const lanes = [{ lane: 'routine' as const, publisher }];
    const pending = createPendingPublications(poolOf(0));
    const failing = {
      publish: () => Promise.reject(new Error('no broker')),
    };
    await expect(relayPending(pending, [{ lane: 'routine', publisher: failing }])).rejects.toThrow(
      'no broker',
    );
    expect(await relayPending(pending, lanes)).toBe(1);
    expect(await relayPending(pending, lanes)).toBe(0);
    expect(published).toEqual([{ id: dispatch.messageId, original: lead }]);
  });

  it('ends a wait that is overdue, once', async () => {
    const orphan = givenReply('post:CI', givenLead('post:SN'));
    await route(0, [orphan]);
    const context = givenContext({ nowMs: noonMs + 60_000 });
    const stores = [0, 1].map((instance) => createDecisionStore(poolOf(instance)));
    const findOverdue = createFindOverdueThreads(poolOf(0));

    expect(await findOverdue(noonMs + 59_999, 10)).toEqual([]);
    const ended = await Promise.all(stores.map((store) => sweepHeld(findOverdue, store, context)));

    expect(ended.sort()).toEqual([0, 1]);
    expect(await outcomesOf(orphan)).toEqual(['REFUSED']);
  });

  it('counts those that wait of each sender, in all threads', async () => {
    const orphans = [1, 2, 3].map(() => givenReply('post:TH', givenLead('post:SN')));
    for (const orphan of orphans) await route(0, [orphan]);

    const { recorded } = await route(1, [givenReply('post:TH', givenLead('post:SN'))]);

    expect(recorded.map(({ decision }) => decision.refusalCode)).toEqual(['too-many-waiting']);
  });
});

describe('the stored offset', () => {
  const key = { group: 'router.routine', topic: 'message.routine.v1', partition: 3 };

  it('moves only from where the slice began, and forgets what was pending with it', async () => {
    const lead = givenLead('post:DJ', { urgency: 'URGENT' });
    await route(0, [givenSupplement('post:DJ', lead)]);
    const { released } = await route(0, [lead]);
    expect(released).toHaveLength(1);
    expect(await readOffset(poolOf(0), { ...key, logStart: 5n })).toBe(5n);
    const store = createDecisionStore(poolOf(0));

    await expect(store.advance({ ...key, first: 4n, after: 9n }, released)).rejects.toThrow(StaleOffset);
    await store.advance({ ...key, first: 5n, after: 9n }, released);
    await expect(store.advance({ ...key, first: 5n, after: 9n }, [])).rejects.toThrow(StaleOffset);

    expect(await readOffset(poolOf(0), { ...key, logStart: 0n })).toBe(9n);
    const { decisions } = await createPendingPublications(poolOf(0)).read('routine', 100);
    const left = decisions.map(({ decision }) => decision.messageId);
    expect(left).not.toContain(released[0]?.decision.messageId);
  });
});
