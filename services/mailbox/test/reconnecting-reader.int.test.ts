import { request } from 'node:http';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, type Harness } from './mailbox-harness.ts';

const reconnections = 1_000;
const correspondent = 'post:CI';
const subject = 'demo-officer-post-CI';
let harness: Harness;
let service: RunningService;

beforeAll(async () => {
  harness = await createHarness();
  service = await harness.start();
});

afterAll(async () => {
  await harness?.close();
});

/** The mulberry32 generator: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One connection, cut after so many bytes of its body or so many milliseconds; what arrived whole, by the standard. */
function readUntilCut(
  token: string,
  lastEventId: string | undefined,
  cut: { readonly bytes: number; readonly ms: number },
): Promise<{
  readonly status: number;
  readonly numbers: number[];
  readonly lastEventId: string | undefined;
}> {
  return new Promise((resolve, reject) => {
    const call = request(`${service.url}/v1/inbox/stream`, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
    });
    call.once('error', reject);
    call.once('response', (response) => {
      const chunks: Buffer[] = [];
      let left = cut.bytes;
      const end = (): void => {
        clearTimeout(timer);
        call.destroy();
        const blocks = Buffer.concat(chunks).toString('utf8').split('\n\n');
        // Without its blank line a block never happened: neither its data nor its id count.
        blocks.pop();
        const ids = blocks.flatMap((block) => /^id: (\S+)$/m.exec(block)?.[1] ?? []);
        const numbers = blocks
          .filter((block) => block.startsWith('event: delivery\n'))
          .map((block) => (JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '') as { number: number }).number);
        resolve({ status: response.statusCode ?? 0, numbers, lastEventId: ids.at(-1) ?? lastEventId });
      };
      const timer = setTimeout(end, cut.ms);
      call.on('error', () => undefined);
      response.on('error', () => undefined);
      response.on('close', end);
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) end();
      });
    });
    call.end();
  });
}

test(`a reader that is cut off ${reconnections} times, anywhere, sees each number once and in order`, async () => {
  const seed = 20_261_123;
  const random = seeded(seed);
  const batches = 100;
  const perBatch = 20;
  const total = batches * perBatch;
  const token = await harness.token(subject, 290);
  const publishing = (async () => {
    for (let batch = 0; batch < batches; batch += 1) {
      const first = batch * perBatch;
      await harness.deliver(
        Array.from({ length: perBatch }, (_, index) =>
          delivery({
            number: first + index + 1,
            to: correspondent,
            lane: (['flash', 'urgent', 'routine'] as const)[index % 3] ?? 'routine',
          }),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  const seen: number[] = [];
  let lastEventId: string | undefined;
  for (let connection = 0; connection < reconnections || seen.length < total; connection += 1) {
    // From within the opening to a few items, now and then many; what does not come ends by time.
    const bytes = 1 + Math.floor(random() * (random() < 0.1 ? 60_000 : 4_000));
    const got = await readUntilCut(token, lastEventId, { bytes, ms: 40 + Math.floor(random() * 40) });
    expect(got.status).toBe(200);
    seen.push(...got.numbers);
    lastEventId = got.lastEventId;
    if (connection > 5 * reconnections) throw new Error(`seed ${seed}: only ${seen.length} of ${total} seen`);
  }
  await publishing;
  expect(seen).toEqual(Array.from({ length: total }, (_, index) => index + 1));
}, 240_000);
