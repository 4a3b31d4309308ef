import { backOffMs, createPause } from '../back-off.ts';
import type { Log } from '../log.ts';
import type { IncomingRecord, Slice } from '../record.ts';
import { warnSeldom } from '../warn-seldom.ts';
import { applySlice, attemptsBeforeBug, type SliceFate } from './apply-slice.ts';
import type { Failure } from './classify-failure.ts';
import type { PartitionHealth, SinkMetrics } from './sink-contract.ts';

/** What one fetch brought for a partition: everything from `first` up to, but without, `after`. */
export interface FetchedBatch {
  first: bigint;
  after: bigint;
  records: readonly IncomingRecord[];
  bytes: number;
  /** The end of the log as the broker knew it. */
  end: bigint;
}

/** The bounds of a slice and of a partition's queue. */
export interface LaneLimits {
  maxSliceRecords: number;
  maxSliceBytes: number;
  maxQueueBytes: number;
  /** How often a record that meets a bug is tried again. */
  bugRetryMs: number;
}

/** What a lane asks of its sink. */
export interface LaneOwner {
  apply(slice: Slice): Promise<void>;
  bury(record: IncomingRecord, code: string): Promise<void>;
  pauseFetching(): void;
  resumeFetching(): void;
  /** The stored offset is elsewhere: read it, then call `begin` again. */
  reposition(): void;
  metrics?: SinkMetrics | undefined;
  log: Log;
}

interface Queued {
  record: IncomingRecord;
  after: bigint;
  bytes: number;
}

const backOff = { firstMs: 50, maxMs: 5_000 };

/**
 * One assigned partition: its own bounded queue and its own loop, so that partitions are worked on in parallel
 * and the next fetch runs while a slice is written.
 */
export class PartitionLane {
  readonly topic: string;
  readonly partition: number;
  readonly #limits: LaneLimits;
  readonly #owner: LaneOwner;
  #queue: Queued[] = [];
  #queuedBytes = 0;
  /** Where the next slice begins; undefined until the stored offset is known. */
  #next: bigint | undefined;
  /** Where the next fetched batch must begin. */
  #expected: bigint | undefined;
  #end = 0n;
  #state: PartitionHealth['state'] = 'positioning';
  #failureCode: string | null = null;
  #closed = false;
  #fetchingPaused = false;
  #loop: Promise<void> = Promise.resolve();
  #looping = false;
  #alarmed: 'paused-until-upgrade' | 'stopped-by-bug' | null = null;
  readonly #pause = createPause();

  constructor(at: { topic: string; partition: number }, limits: LaneLimits, owner: LaneOwner) {
    this.topic = at.topic;
    this.partition = at.partition;
    this.#limits = limits;
    this.#owner = owner;
  }

  /** Starts, or starts afresh, at the stored offset. */
  begin(next: bigint, end: bigint): void {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#next = next;
    this.#expected = next;
    this.#end = end;
    this.#state = 'running';
    this.#failureCode = null;
    this.#fetchingPaused = false;
  }

  /** Takes over a batch; false when it does not begin where the last one ended, and must be fetched again. */
  offer(batch: FetchedBatch): boolean {
    if (this.#closed || this.#state === 'paused-until-upgrade') return true;
    if (this.#expected === undefined) return true;
    if (batch.first !== this.#expected) return false;
    batch.records.forEach((record, index) => {
      const last = index === batch.records.length - 1;
      const bytes = record.value.length + (record.rawKey?.length ?? 0);
      this.#queue.push({ record, after: last ? batch.after : record.offset + 1n, bytes });
    });
    this.#expected = batch.after;
    this.#end = batch.end;
    this.#queuedBytes += batch.bytes;
    if (this.#queuedBytes >= this.#limits.maxQueueBytes && !this.#fetchingPaused) {
      this.#fetchingPaused = true;
      this.#owner.pauseFetching();
    }
    this.#wake();
    return true;
  }

  /** Where the next fetch has to begin, once known. */
  get expected(): bigint | undefined {
    return this.#expected;
  }

  /** Everything before this is applied. */
  get next(): bigint | undefined {
    return this.#next;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Says in health why it has not begun yet. */
  noteFailure(code: string): void {
    this.#failureCode = code;
  }

  /** Drops what waits; resolves when the slice under way has ended. */
  close(): Promise<void> {
    this.#closed = true;
    this.#queue = [];
    this.#pause.end();
    // Whoever has the partition next raises the alarm again if there is still cause.
    this.#alarm('positioning');
    return this.#loop;
  }

  health(): PartitionHealth {
    const lag = this.#next === undefined || this.#end < this.#next ? 0n : this.#end - this.#next;
    return {
      topic: this.topic,
      partition: this.partition,
      state: this.#state,
      next: this.#next?.toString() ?? null,
      queuedRecords: this.#queue.length,
      lag: Number(lag),
      failureCode: this.#failureCode,
    };
  }

  #wake(): void {
    if (this.#looping) return;
    this.#looping = true;
    this.#loop = this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closed && this.#state !== 'positioning' && this.#state !== 'paused-until-upgrade') {
        const slice = this.#nextSlice();
        if (slice === undefined) return;
        await this.#applyNext(slice);
      }
    } finally {
      // In the same turn as the decision to end: a batch offered in between would wait for nobody.
      this.#looping = false;
    }
  }

  async #applyNext(slice: Slice): Promise<void> {
    const startedMs = performance.now();
    const fate = await applySlice(slice, {
      apply: (part) => this.#owner.apply(part),
      bury: (record, code) => this.#owner.bury(record, code),
      backOff: (attempt, failure) => this.#backOff(attempt, failure),
      abandoned: () => this.#closed,
      moved: (next) => {
        if (!this.#closed) this.#next = next;
      },
      log: this.#owner.log,
    });
    this.#conclude(slice, fate, performance.now() - startedMs);
    this.#resumeBelowLowWater();
  }

  #conclude(slice: Slice, fate: SliceFate, durationMs: number): void {
    const { topic, partition } = this;
    if (this.#closed) return;
    if (fate.status === 'applied') {
      this.#next = slice.after;
      this.#alarm('running');
      this.#failureCode = null;
      const newestTimestampMs = slice.records.at(-1)?.timestampMs ?? null;
      const records = slice.records.length;
      this.#owner.metrics?.sliceApplied({ topic, partition, records, durationMs, newestTimestampMs });
    } else if (fate.status === 'stale') {
      this.#owner.log.warn({ topic, partition, first: slice.first }, 'stored offset has moved');
      this.#state = 'positioning';
      this.#next = undefined;
      this.#expected = undefined;
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#owner.reposition();
    } else if (fate.status === 'paused') {
      this.#owner.log.error({ topic, partition, offset: fate.next, code: fate.code }, 'paused until upgrade');
      this.#alarm('paused-until-upgrade');
      this.#failureCode = fate.code;
      this.#next = fate.next;
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#fetchingPaused = true;
      this.#owner.pauseFetching();
    }
  }

  #nextSlice(): Slice | undefined {
    const first = this.#next;
    if (first === undefined || this.#queue.length === 0) return undefined;
    let count = 0;
    let bytes = 0;
    for (const queued of this.#queue) {
      if (count >= this.#limits.maxSliceRecords) break;
      if (count > 0 && bytes + queued.bytes > this.#limits.maxSliceBytes) break;
      count += 1;
      bytes += queued.bytes;
    }
    const taken = this.#queue.splice(0, count);
    this.#queuedBytes = this.#queue.length === 0 ? 0 : this.#queuedBytes - bytes;
    const records = taken.map((queued) => queued.record);
    const after = taken.at(-1)?.after ?? first;
    return { topic: this.topic, partition: this.partition, records, first, after };
  }

  #resumeBelowLowWater(): void {
    if (!this.#fetchingPaused || this.#closed || this.#state === 'paused-until-upgrade') return;
    if (this.#state === 'positioning' || this.#queuedBytes > this.#limits.maxQueueBytes / 2) return;
    this.#fetchingPaused = false;
    this.#owner.resumeFetching();
  }

  async #backOff(attempt: number, failure: Failure): Promise<boolean> {
    if (this.#closed) return false;
    const { topic, partition } = this;
    const byBug = failure.kind === 'unexpected' && attempt >= attemptsBeforeBug;
    this.#alarm(byBug ? 'stopped-by-bug' : 'retrying');
    this.#failureCode = failure.code;
    const retryInMs = byBug ? this.#limits.bugRetryMs : backOffMs(attempt, backOff);
    const fields = { topic, partition, code: failure.code, attempt, retryInMs };
    this.#owner.metrics?.sliceFailed({ topic, partition, kind: failure.kind });
    if (byBug) this.#owner.log.error(fields, 'partition stopped by a bug');
    else warnSeldom(this.#owner.log, `slice ${topic} ${failure.code}`, fields, 'slice not applied');
    await this.#pause.wait(retryInMs);
    return !this.#closed;
  }

  #alarm(state: PartitionHealth['state']): void {
    this.#state = state;
    const { topic, partition } = this;
    const alarm = state === 'paused-until-upgrade' || state === 'stopped-by-bug' ? state : null;
    if (alarm === this.#alarmed) return;
    this.#alarmed = alarm;
    this.#owner.metrics?.partitionAlarm?.({ topic, partition, alarm });
  }
}
