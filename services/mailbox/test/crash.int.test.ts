import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { decode } from '@chappe/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
const children = new Set<ChildProcess>();
let published = 0;

beforeAll(async () => {
  harness = await createHarness();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await harness?.close();
});

/** Starts a mailbox that kills itself at a step; `died` resolves with the signal. */
async function startDoomed(
  step: string,
  after: number,
): Promise<{ url: string; died: Promise<string | null> }> {
  const child = fork(fileURLToPath(new URL('./mailbox-process.ts', import.meta.url)), {
    env: {
      ...(await harness.environment({
        INSTANCE_ID: `doomed-${step}`,
        SLICE_MAX_RECORDS: '3',
        SINK_SESSION_TIMEOUT_MS: '6000',
      })),
      CRASH_AT: step,
      CRASH_AFTER: String(after),
    },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.add(child);
  const died = new Promise<string | null>((resolve) => {
    child.once('exit', (_code, signal) => {
      children.delete(child);
      resolve(signal);
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { url: string }) => resolve(message.url));
    void died.then((signal) => reject(new Error(`the process ended before it served: ${signal}`)));
  });
  return { url, died };
}

async function deliver(count: number): Promise<void> {
  await harness.deliver(
    Array.from({ length: count }, (_, index) =>
      delivery({
        number: published + index + 1,
        to: 'post:CI',
        lane: (['flash', 'routine'] as const)[index % 2] ?? 'flash',
      }),
    ),
  );
  published += count;
}

async function numbers(): Promise<number[]> {
  const { rows } = await harness.pool.query<{ number: string }>(
    `SELECT number FROM inbox_item WHERE correspondent = 'post:CI' ORDER BY number`,
  );
  return rows.map((row) => Number(row.number));
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

test.each([
  ['before-apply', 2],
  ['after-apply', 2],
  ['before-push', 1],
  ['after-push', 2],
  ['before-publish', 1],
  ['after-publish', 1],
])(
  'killed %s, the mailbox goes on where it was: no gap, nothing twice, nothing lost',
  async (step, after) => {
    const doomed = await startDoomed(step, after);
    const before = await harness.stream({ url: doomed.url, stop: async () => true }, '/v1/inbox/stream');
    await deliver(20);
    expect(await doomed.died).toBe('SIGKILL');
    await before.closed;

    const service = await harness.start({ INSTANCE_ID: 'heir', SINK_SESSION_TIMEOUT_MS: '6000' });
    await eventually('the rest was applied', async () => (await numbers()).length === published);
    expect(await numbers()).toEqual(upTo(published));
    // What the reader had before the kill, and what it gets after, is the inbox.
    const cursor = before.lastEventId();
    const resumed = await harness.stream(service, '/v1/inbox/stream', { lastEventId: cursor });
    await resumed.until(() => before.deliveries().length + resumed.deliveries().length >= published);
    expect([...before.deliveries(), ...resumed.deliveries()]).toEqual(upTo(published));
    resumed.close();
    await eventually('the outbox is empty', async () => {
      const { rows } = await harness.pool.query('SELECT 1 FROM outbox LIMIT 1');
      return rows.length === 0;
    });
    await harness.stop(service);
  },
  90_000,
);

test('every numbered delivery has its receipt in the log, at least once, and always the same one', async () => {
  const records = await harness.read('receipt.v1', published);
  const receipts = records.map((record) => {
    const decoded = decode('Receipt', record.value);
    if (decoded.status !== 'decoded') throw new Error(decoded.status);
    return decoded.value;
  });
  expect(new Set(receipts.map((receipt) => receipt.deliveryId)).size).toBe(published);
  expect(new Set(receipts.map((receipt) => receipt.receiptId)).size).toBe(published);
  expect(new Set(receipts.map((receipt) => JSON.stringify(receipt))).size).toBe(published);
});
