import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { closure, correction, reply, request } from '../src/domain/deadline.fixture.ts';
import { type DeliveryWishes, delivery, original } from '../src/domain/delivery.fixture.ts';
import { alwaysOnDuty, listener, untilOwed } from './deadline-scene.ts';
import type { EventStream } from './event-stream.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
let started: RunningService[] = [];

beforeAll(async () => {
  harness = await createHarness();
  await harness.publishDirectory(alwaysOnDuty);
});

afterEach(async () => {
  for (const service of started) await harness.stop(service);
  started = [];
});

afterAll(async () => {
  await harness?.close();
});

const sender = 'demo-officer-post-DJ';
/** Neither heartbeats nor polls: what is seen was told by a hint, or by the replica to itself. */
const byHintAlone = { STREAM_POLL_MS: '60000', STREAM_HEARTBEAT_MS: '60000' };
const sweeping = { DEADLINE_SWEEP_MS: '100' };
const resting = { DEADLINE_SWEEP_MS: '60000' };

async function start(change: Record<string, string>): Promise<RunningService> {
  const heard = listener();
  const service = await harness.start(
    { INSTANCE_ID: `tracking-${started.length}`, FLASH_ACKNOWLEDGE_WITHIN_MS: '1500', ...change },
    { wrapErrands: () => ({ INGEST: heard.runner }) },
  );
  started.push(service);
  return service;
}

interface DeadlineState {
  readonly kind: string;
  readonly dueAt: string;
  readonly endedBy?: string;
  readonly events: readonly { readonly step: string }[];
}

interface State {
  readonly items: readonly {
    readonly correspondent: string;
    readonly owed: readonly string[];
    readonly deadlines: readonly DeadlineState[];
  }[];
}

async function follow(service: RunningService, messageId: string): Promise<EventStream> {
  const path = `/v1/sent/${messageId}/tracking`;
  await eventually('its sender has its own copy', async () => {
    return (await harness.get(service, path, sender)).status === 200;
  });
  return await harness.stream(service, `${path}/stream`, { subject: sender });
}

/** Waits for a state in which a deadline is as asked; the state. */
async function untilDeadline(
  stream: EventStream,
  kind: string,
  asked: (deadline: DeadlineState) => boolean,
): Promise<State> {
  const states = () =>
    stream.events.filter((event) => event.type === 'tracking').map((event) => event.data as State);
  const found = (state: State) =>
    state.items.some(({ deadlines }) => deadlines.some((each) => each.kind === kind && asked(each)));
  await stream.until(() => states().some(found), 10_000);
  const state = states().find(found);
  if (state === undefined) throw new Error('until did not wait');
  return state;
}

function asked(number: number, replyBy: number) {
  const wishes: DeliveryWishes = { number, to: 'post:CI' };
  const own = request({ ...wishes, to: 'post:DJ', role: 'SENDER' }, { replyBy, channel: null });
  return { messageId: own.messageId, deliveries: [own, request(wishes, { replyBy, channel: null })] };
}

describe('who follows a sent message sees, at the replica where it happened and at another', () => {
  test('each escalation', async () => {
    const [one, two] = [
      await start({ ...byHintAlone, ...sweeping }),
      await start({ ...byHintAlone, ...sweeping }),
    ];
    const { messageId } = original({ number: 1 });
    await harness.deliver([
      delivery({ number: 1, to: 'post:DJ', role: 'SENDER', lane: 'flash' }),
      delivery({ number: 1, to: 'post:CI', lane: 'flash' }),
    ]);
    await untilOwed(harness, messageId, 'post:CI');
    const streams = [await follow(one, messageId), await follow(two, messageId)];
    for (const stream of streams) {
      await untilDeadline(stream, 'ACKNOWLEDGE', ({ events }) => events.length === 3);
      expect(JSON.stringify(stream.events)).not.toContain('desk:duty');
      stream.close();
    }
  });

  test('a date that moves, and what the closure of the thread ends', async () => {
    const [one, two] = [
      await start({ ...byHintAlone, ...sweeping }),
      await start({ ...byHintAlone, ...sweeping }),
    ];
    const replyBy = Date.now() + 48 * 3_600_000;
    const { messageId, deliveries } = asked(10, replyBy);
    await harness.deliver(deliveries);
    await untilOwed(harness, messageId, 'post:CI', ['REPLY', 'TAKE_IN_CHARGE']);
    const streams = [await follow(one, messageId), await follow(two, messageId)];
    for (const stream of streams) await untilDeadline(stream, 'REPLY', () => true);
    const inThread = { threadId: messageId };
    await harness.deliver([
      correction({ number: 11, to: 'post:CI', ...inThread }, messageId, { replyBy: replyBy + 3_600_000 }),
    ]);
    const later = new Date(replyBy + 3_600_000).toISOString();
    for (const stream of streams) await untilDeadline(stream, 'REPLY', ({ dueAt }) => dueAt === later);
    await harness.deliver([closure({ number: 12, to: 'desk:cyber', role: 'SENDER', ...inThread })]);
    for (const stream of streams) {
      const state = await untilDeadline(stream, 'REPLY', ({ endedBy }) => endedBy === 'CLOSED');
      expect(state.items).toMatchObject([{ correspondent: 'post:CI', owed: [] }]);
      stream.close();
    }
  });

  test('an answer, although only the sender’s own copy of it ends anything', async () => {
    const one = await start({ ...byHintAlone, ...sweeping });
    const { messageId, deliveries } = asked(20, Date.now() + 48 * 3_600_000);
    await harness.deliver(deliveries);
    await untilOwed(harness, messageId, 'post:CI', ['REPLY', 'TAKE_IN_CHARGE']);
    const stream = await follow(one, messageId);
    await untilDeadline(stream, 'REPLY', () => true);
    await harness.deliver([reply({ number: 21, to: 'post:CI', threadId: messageId }, messageId, 'FULL')]);
    const state = await untilDeadline(stream, 'REPLY', ({ endedBy }) => endedBy === 'REPLIED');
    expect(state.items).toMatchObject([{ owed: [] }]);
    stream.close();
  });
});

test('without Redis the poll finds escalations, dates and ends that another replica brought about', async () => {
  const alone = { REDIS_URL: '', STREAM_POLL_MS: '200', STREAM_HEARTBEAT_MS: '60000' };
  await start({ ...alone, ...sweeping });
  const watching = await start({ ...alone, ...resting });
  const { messageId } = original({ number: 30 });
  await harness.deliver([
    delivery({ number: 30, to: 'post:DJ', role: 'SENDER', lane: 'flash' }),
    delivery({ number: 30, to: 'post:CI', lane: 'flash' }),
  ]);
  await untilOwed(harness, messageId, 'post:CI');
  const stream = await follow(watching, messageId);
  await untilDeadline(stream, 'ACKNOWLEDGE', ({ events }) => events.length === 3);
  await harness.deliver([closure({ number: 31, to: 'desk:cyber', role: 'SENDER', threadId: messageId })]);
  await untilDeadline(stream, 'TAKE_IN_CHARGE', ({ endedBy }) => endedBy === 'CLOSED');
  stream.close();
});
