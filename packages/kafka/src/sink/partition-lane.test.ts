import { expect, it } from 'vitest';
import type { IncomingRecord, Slice } from '../record.ts';
import { type LaneOwner, PartitionLane } from './partition-lane.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const record = (offset: bigint): IncomingRecord => ({
  topic: 't',
  partition: 0,
  offset,
  key: 'k',
  rawKey: Buffer.from('k'),
  value: Buffer.alloc(99),
  headers: {},
  timestampMs: 0,
});

/** Records `from` up to, but without, `to`, as one fetch; each takes 100 bytes. */
function batch(from: bigint, to: bigint) {
  const records = Array.from({ length: Number(to - from) }, (_, at) => record(from + BigInt(at)));
  return { first: from, after: to, records, bytes: records.length * 100, end: to };
}

function lane(apply: (slice: Slice) => Promise<void>, limits = {}) {
  const calls: string[] = [];
  const owner: LaneOwner = {
    apply,
    bury: async () => undefined,
    pauseFetching: () => calls.push('pause'),
    resumeFetching: () => calls.push('resume'),
    reposition: () => calls.push('reposition'),
    metrics: {
      sliceApplied: () => undefined,
      recordDeadLettered: () => undefined,
      sliceFailed: () => undefined,
      lag: () => undefined,
      partitionAlarm: ({ alarm }) => calls.push(`alarm ${alarm}`),
    },
    log,
  };
  const made = new PartitionLane(
    { topic: 't', partition: 0 },
    { maxSliceRecords: 10, maxSliceBytes: 1_000, maxQueueBytes: 1_000, bugRetryMs: 5, ...limits },
    owner,
  );
  return { made, calls };
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

it('takes nothing before it knows where to begin', async () => {
  const slices: Slice[] = [];
  const { made } = lane(async (slice) => void slices.push(slice));
  expect(made.offer(batch(0n, 3n))).toBe(true);
  await settled();
  expect(slices).toEqual([]);
  made.begin(3n, 3n);
  made.offer(batch(3n, 5n));
  await settled();
  expect(slices.map(({ first, after }) => [first, after])).toEqual([[3n, 5n]]);
});

it('refuses a batch that begins elsewhere, and goes on with the one that fits', async () => {
  const slices: Slice[] = [];
  const { made } = lane(async (slice) => void slices.push(slice));
  made.begin(0n, 9n);
  expect(made.offer(batch(0n, 2n))).toBe(true);
  expect(made.offer(batch(4n, 6n))).toBe(false);
  expect(made.expected).toBe(2n);
  expect(made.offer(batch(2n, 4n))).toBe(true);
  await settled();
  expect(slices.at(-1)?.after).toBe(4n);
});

it('bounds a slice by records and by bytes, and joins slices without a gap', async () => {
  const slices: Slice[] = [];
  const { made } = lane(async (slice) => void slices.push(slice), { maxSliceBytes: 450, maxQueueBytes: 1e6 });
  made.begin(0n, 0n);
  made.offer(batch(0n, 10n));
  await settled();
  expect(slices.map(({ records }) => records.length)).toEqual([4, 4, 2]);
  slices.reduce((end, slice) => {
    expect(slice.first).toBe(end);
    return slice.after;
  }, 0n);
});

it('pauses fetching when its queue is full, and resumes when half of it is empty', async () => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { made, calls } = lane(() => gate, { maxSliceRecords: 2 });
  made.begin(0n, 0n);
  made.offer(batch(0n, 9n));
  expect(calls).toEqual([]);
  made.offer(batch(9n, 13n));
  expect(calls).toEqual(['pause']);
  open();
  await settled();
  expect(calls).toEqual(['pause', 'resume']);
  expect(made.next).toBe(13n);
});

it('never leaves a batch lying that arrives just as the last slice ends', async () => {
  // An offer in the moment between the end of the loop and the note of it found nobody to apply it.
  for (let depth = 0; depth < 30; depth += 1) {
    let last = 0n;
    let finish: () => void = () => undefined;
    const { made } = lane((slice) => {
      last = slice.after;
      return slice.first === 0n ? new Promise((resolve) => (finish = resolve)) : Promise.resolve();
    });
    made.begin(0n, 0n);
    made.offer(batch(0n, 1n));
    finish();
    await turns(depth);
    made.offer(batch(1n, 2n));
    await settled();
    expect(last).toBe(2n);
  }
});

it('on a stale offset drops what waits and asks for its position', async () => {
  const { made, calls } = lane(async () => {
    throw Object.assign(new Error('moved'), { name: 'StaleOffset' });
  });
  made.begin(0n, 0n);
  made.offer(batch(0n, 10n));
  await settled();
  expect(calls.at(-1)).toBe('reposition');
  expect(made.health()).toMatchObject({ state: 'positioning', next: null, queuedRecords: 0 });
});

it('ends the slice under way when it closes, and begins no other', async () => {
  const slices: Slice[] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { made } = lane(
    async (slice) => {
      await gate;
      slices.push(slice);
    },
    { maxSliceRecords: 1 },
  );
  made.begin(0n, 0n);
  made.offer(batch(0n, 3n));
  const closing = made.close();
  open();
  await closing;
  await settled();
  expect(slices).toHaveLength(1);
});

it('stops before the record that meets a bug, says so, and goes on once the bug is gone', async () => {
  let broken = true;
  const applied: bigint[] = [];
  const { made, calls } = lane(async (slice) => {
    if (broken && slice.records.some(({ offset }) => offset === 1n))
      throw new TypeError('x is not a function');
    applied.push(...slice.records.map(({ offset }) => offset));
  });
  made.begin(0n, 3n);
  made.offer(batch(0n, 3n));
  await expect.poll(() => made.health().state).toBe('stopped-by-bug');
  expect(made.health()).toMatchObject({ failureCode: 'TypeError' });
  expect(applied).toEqual([0n]);
  expect(calls).toEqual(['alarm stopped-by-bug']);
  broken = false;
  await expect.poll(() => applied).toEqual([0n, 1n, 2n]);
  expect(calls).toEqual(['alarm stopped-by-bug', 'alarm null']);
});
