import { expect, it } from 'vitest';
import { PauseUntilUpgrade, PoisonRecord } from '../failures.ts';
import type { IncomingRecord, Slice } from '../record.ts';
import { applySlice, type SliceApplier } from './apply-slice.ts';

const record = (offset: bigint): IncomingRecord => ({
  topic: 't',
  partition: 0,
  offset,
  key: 'k',
  rawKey: Buffer.from('k'),
  value: Buffer.from(`${offset}`),
  headers: {},
  timestampMs: 0,
});

/** Records 10, 11 and 14 of a log in which 12, 13 and 15 to 19 were compacted away. */
const slice: Slice = {
  topic: 't',
  partition: 0,
  records: [record(10n), record(11n), record(14n)],
  first: 8n,
  after: 20n,
};

interface Step {
  records: bigint[];
  first: bigint;
  after: bigint;
}

/** A store that applies in memory, with the rule of the conditional update. */
function store(fail: (record: IncomingRecord, call: number) => void, options: Partial<SliceApplier> = {}) {
  let next = 8n;
  let call = 0;
  const steps: Step[] = [];
  const buried: string[] = [];
  const applier: SliceApplier = {
    async apply(part) {
      call += 1;
      for (const each of part.records) fail(each, call);
      if (part.first !== next) throw Object.assign(new Error('stale'), { name: 'StaleOffset' });
      next = part.after;
      steps.push({ records: part.records.map(({ offset }) => offset), first: part.first, after: part.after });
    },
    async bury(each, code) {
      buried.push(`${each.offset} ${code}`);
    },
    backOff: async () => true,
    abandoned: () => false,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    ...options,
  };
  return { applier, steps, buried, calls: () => call };
}

const transient = Object.assign(new Error('down'), { transient: true });

it('applies a good slice whole, from where the fetch began to after its end', async () => {
  const { applier, steps } = store(() => undefined);
  expect(await applySlice(slice, applier)).toEqual({ status: 'applied' });
  expect(steps).toEqual([{ records: [10n, 11n, 14n], first: 8n, after: 20n }]);
});

it('after a poison record goes record by record, and the offsets still join', async () => {
  const { applier, steps, buried } = store((each) => {
    if (each.offset === 11n) throw new PoisonRecord('BAD');
  });
  expect(await applySlice(slice, applier)).toEqual({ status: 'applied' });
  expect(buried).toEqual(['11 BAD']);
  expect(steps).toEqual([
    { records: [10n], first: 8n, after: 11n },
    { records: [], first: 11n, after: 12n },
    { records: [14n], first: 12n, after: 20n },
  ]);
});

it('keeps the order through a transient failure and blames no record', async () => {
  const { applier, steps, buried } = store((_, call) => {
    if (call < 5) throw transient;
  });
  expect(await applySlice(slice, applier)).toEqual({ status: 'applied' });
  expect(steps).toHaveLength(1);
  expect(buried).toEqual([]);
});

it('stops before a record of a newer release and leaves the rest', async () => {
  const { applier, steps } = store((each) => {
    if (each.offset === 14n) throw new PauseUntilUpgrade('SCHEMA_9');
  });
  expect(await applySlice(slice, applier)).toEqual({ status: 'paused', next: 12n, code: 'SCHEMA_9' });
  expect(steps.flatMap(({ records }) => records)).toEqual([10n, 11n]);
});

it('reports a stale offset without trying again', async () => {
  const { applier, calls } = store(() => undefined);
  expect(await applySlice({ ...slice, first: 9n }, applier)).toEqual({ status: 'stale' });
  expect(calls()).toBe(1);
});

it('does not move the offset before the dead letter is acknowledged', async () => {
  const order: string[] = [];
  let refusals = 2;
  const { applier } = store(
    (each) => {
      if (each.offset === 10n) throw new PoisonRecord('BAD');
    },
    {
      async bury() {
        refusals -= 1;
        if (refusals >= 0) throw new Error('no acknowledgement');
        order.push('buried');
      },
    },
  );
  const apply = applier.apply;
  applier.apply = async (part) => {
    await apply(part);
    order.push(`moved to ${part.after}`);
  };
  await applySlice({ ...slice, records: [record(10n)] }, applier);
  expect(order).toEqual(['buried', 'moved to 20']);
});

it('never buries a record for a bug: it is tried until somebody gives up', async () => {
  let tries = 0;
  const kinds = new Set<string>();
  const { applier, buried, steps } = store(
    (each) => {
      if (each.offset !== 11n) return;
      tries += 1;
      throw new TypeError('x is not a function');
    },
    {
      async backOff(attempt, failure) {
        kinds.add(failure.kind);
        return attempt < 50;
      },
    },
  );
  expect(await applySlice(slice, applier)).toEqual({ status: 'abandoned' });
  expect(tries).toBe(51);
  expect([...kinds]).toEqual(['unexpected']);
  expect(buried).toEqual([]);
  expect(steps.flatMap(({ records }) => records)).toEqual([10n]);
});

it('abandons a slice when the partition is gone', async () => {
  const { applier, buried } = store(
    () => {
      throw transient;
    },
    { backOff: async () => false },
  );
  expect(await applySlice(slice, applier)).toEqual({ status: 'abandoned' });
  expect(buried).toEqual([]);
});
