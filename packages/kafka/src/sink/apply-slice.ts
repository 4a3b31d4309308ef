import type { Log } from '../log.ts';
import type { IncomingRecord, Slice } from '../record.ts';
import { classifyFailure, type Failure } from './classify-failure.ts';

/** What became of a slice. */
export type SliceFate =
  | { status: 'applied' }
  /** The stored offset is elsewhere. */
  | { status: 'stale' }
  /** The records before `next` are applied; the one at `next` waits for a newer release. */
  | { status: 'paused'; next: bigint; code: string }
  /** The sink stops or has lost the partition. */
  | { status: 'abandoned' };

/** What applying needs from the sink. */
export interface SliceApplier {
  apply(slice: Slice): Promise<void>;
  /** Resolves once the dead letter is acknowledged. */
  bury(record: IncomingRecord, code: string): Promise<void>;
  /** Waits before another attempt; false when there should be none. */
  backOff(attempt: number, failure: Failure): Promise<boolean>;
  abandoned(): boolean;
  /** A part of the slice is applied: everything before `next`. */
  moved?(next: bigint): void;
  log: Log;
}

/** From this attempt on, a failure that nobody classified is taken for a bug of ours. */
export const attemptsBeforeBug = 3;
const applied: SliceFate = { status: 'applied' };
const abandoned: SliceFate = { status: 'abandoned' };

/**
 * Applies a slice whole; when the failure is neither of the world nor of the offset, record by record, so that
 * one bad record costs the others nothing and the order holds.
 *
 * A failure that nobody classified (a TypeError, an assertion) is a bug of ours, not the record's fault. Taking
 * it for poison would bury every good message that meets the bug; ending the process would hand the partition
 * to the next replica, and end that too. So the partition stops before the record, loudly, and tries again
 * from time to time: the other partitions go on, and the release that mends the bug finds nothing missing.
 */
export async function applySlice(slice: Slice, sink: SliceApplier): Promise<SliceFate> {
  for (let attempt = 1; ; attempt += 1) {
    if (sink.abandoned()) return abandoned;
    try {
      await sink.apply(slice);
      return applied;
    } catch (error) {
      const failure = classifyFailure(error);
      if (failure.kind === 'stale') return { status: 'stale' };
      if (failure.kind === 'transient') {
        if (!(await sink.backOff(attempt, failure))) return abandoned;
        continue;
      }
      if (slice.records.length > 1) return applyOneByOne(slice, sink);
      const record = slice.records[0];
      if (failure.kind === 'unexpected') {
        const fields = {
          err: error,
          code: failure.code,
          topic: slice.topic,
          partition: slice.partition,
          attempt,
        };
        sink.log.error(fields, 'record not applied');
      }
      // An empty slice only moves the offset: there is no record to blame.
      if (record === undefined || failure.kind === 'unexpected') {
        if (!(await sink.backOff(attempt, failure))) return abandoned;
        continue;
      }
      if (failure.kind === 'pause') return { status: 'paused', next: slice.first, code: failure.code };
      return passOver(slice, record, failure.code, sink);
    }
  }
}

async function applyOneByOne(slice: Slice, sink: SliceApplier): Promise<SliceFate> {
  let first = slice.first;
  for (const [index, record] of slice.records.entries()) {
    const last = index === slice.records.length - 1;
    const after = last ? slice.after : record.offset + 1n;
    const fate = await applySlice({ ...slice, records: [record], first, after }, sink);
    if (fate.status !== 'applied') return fate;
    first = after;
    sink.moved?.(after);
  }
  return applied;
}

/** The dead letter first, then the offset: a crash between them only repeats the dead letter. */
async function passOver(
  slice: Slice,
  record: IncomingRecord,
  code: string,
  sink: SliceApplier,
): Promise<SliceFate> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sink.bury(record, code);
      break;
    } catch (error) {
      const failure: Failure = { kind: 'transient', code: classifyFailure(error).code };
      if (sink.abandoned() || !(await sink.backOff(attempt, failure))) return abandoned;
    }
  }
  return applySlice({ ...slice, records: [] }, sink);
}
