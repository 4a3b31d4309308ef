import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { decode, type Receipt } from '@chappe/schemas';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';

let harness: Harness;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  harness = await createHarness();
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await harness?.close();
});

/** Starts a mailbox that kills itself at a step of giving a receipt. */
async function startDoomed(step: string): Promise<{ url: string; died: Promise<string | null> }> {
  const child = fork(fileURLToPath(new URL('./mailbox-process.ts', import.meta.url)), {
    env: {
      ...(await harness.environment({ INSTANCE_ID: `doomed-${step}` })),
      CRASH_AT: step,
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

async function take(
  url: string,
  messageId: string,
): Promise<{ status: number; version: unknown } | 'cut off'> {
  const request = {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await harness.token('demo-officer-post-CI')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ type: 'TAKEN_IN_CHARGE' }),
  };
  try {
    const response = await fetch(`${url}/v1/inbox/${messageId}/receipts`, request);
    const body = (await response.json()) as { receiptVersion?: number };
    return { status: response.status, version: body.receiptVersion };
  } catch {
    // The answer never came: nothing is known of what was stored.
    return 'cut off';
  }
}

test('whoever got no answer asks again, and the receipt exists once: killed before and after its commit', async () => {
  const before = delivery({ number: 1, to: 'post:CI' });
  const after = delivery({ number: 2, to: 'post:CI' });
  const first = await harness.start({ INSTANCE_ID: 'first' });
  await harness.deliver([before, after]);
  await eventually('both are in the inbox and their receipts in the log', async () => {
    const { rows } = await harness.pool.query<{ ready: boolean }>(
      'SELECT (SELECT count(*) FROM inbox_item) = 2 AND NOT EXISTS (SELECT FROM outbox) AS ready',
    );
    return rows[0]?.ready === true;
  });
  await harness.stop(first);

  for (const [step, { messageId }, repeated] of [
    ['before-give', before, { status: 201, version: 2 }],
    ['after-give', after, { status: 200, version: 2 }],
  ] as const) {
    const doomed = await startDoomed(step);
    expect(await take(doomed.url, messageId)).toBe('cut off');
    expect(await doomed.died).toBe('SIGKILL');
    const heir = await harness.start({ INSTANCE_ID: `heir-of-${step}` });
    expect(await take(heir.url, messageId)).toEqual(repeated);
    await harness.stop(heir);
  }

  const records = await harness.read('receipt.v1', 4);
  const receipts = records.map((record): Receipt => {
    const decoded = decode('Receipt', record.value);
    if (decoded.status !== 'decoded') throw new Error(decoded.status);
    return decoded.value;
  });
  // At least once in the log, under one id: a reader that knows it keeps one.
  const kept = new Map(
    receipts.map((each) => [each.receiptId, `${each.messageId} ${each.type} ${each.version}`]),
  );
  expect([...kept.values()].sort()).toEqual(
    [before, after]
      .flatMap(({ messageId }) => [`${messageId} DELIVERED 1`, `${messageId} TAKEN_IN_CHARGE 2`])
      .sort(),
  );
}, 120_000);
