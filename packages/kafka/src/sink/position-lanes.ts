import type { Kafka } from 'kafkajs';
import { backOffMs, type Pause } from '../back-off.ts';
import { failureCode } from '../failure-code.ts';
import type { Log } from '../log.ts';
import { warnSeldom } from '../warn-seldom.ts';
import { boundsAround, type LogBounds, readLogBounds, StoredOffsetOutsideLog } from './log-bounds.ts';
import type { PartitionLane } from './partition-lane.ts';

/** What finding a position needs from the sink. */
export interface PositionOptions {
  group: string;
  topicPrefix: string;
  readOffset(topic: string, partition: number, logStart: bigint): Promise<bigint>;
  /** Lets the consumer fetch from here. */
  fetchFrom(lane: PartitionLane, next: bigint): void;
  /** The stored offset is where no record can be. */
  onOutsideLog(error: StoredOffsetOutsideLog): void;
  pause: Pause;
  log: Log;
}

const backOff = { firstMs: 100, maxMs: 5_000 };

/**
 * Reads where each lane should begin, compares it with the log and lets the lane begin there; repeats that for
 * as long as brokers or database are away and the partition is still ours.
 */
export async function positionLanes(
  lanes: readonly PartitionLane[],
  kafka: Kafka,
  options: PositionOptions,
): Promise<void> {
  const { group, log } = options;
  let waiting = lanes.filter((lane) => !lane.closed);
  for (let attempt = 1; waiting.length > 0; attempt += 1) {
    try {
      const bounds = await boundsOf(waiting, kafka, options);
      await Promise.all(waiting.map((lane) => begin(lane, bounds(lane), kafka, options)));
    } catch (error) {
      if (error instanceof StoredOffsetOutsideLog) return options.onOutsideLog(error);
      const code = failureCode(error);
      const retryInMs = backOffMs(attempt, backOff);
      for (const lane of waiting) lane.noteFailure(code);
      warnSeldom(
        log,
        `position ${group} ${code}`,
        { err: error, group, code, retryInMs },
        'stored offsets not read',
      );
      await options.pause.wait(retryInMs);
    }
    waiting = waiting.filter((lane) => !lane.closed && lane.expected === undefined);
  }
}

async function boundsOf(
  lanes: readonly PartitionLane[],
  kafka: Kafka,
  { topicPrefix, log }: PositionOptions,
): Promise<(lane: PartitionLane) => LogBounds> {
  const names = [...new Set(lanes.map((lane) => topicPrefix + lane.topic))];
  const bounds = await readLogBounds(kafka, names, log);
  return (lane) => {
    const found = bounds(topicPrefix + lane.topic, lane.partition);
    if (found === undefined) throw new Error('the brokers do not know a partition that is assigned');
    return found;
  };
}

async function begin(
  lane: PartitionLane,
  seen: LogBounds,
  kafka: Kafka,
  options: PositionOptions,
): Promise<void> {
  const { topic, partition } = lane;
  const next = await options.readOffset(topic, partition, seen.start);
  const inside = (bounds: LogBounds): boolean => next >= bounds.start && next <= bounds.end;
  const again = async (): Promise<LogBounds> => (await boundsOf([lane], kafka, options))(lane);
  const bounds = inside(seen) ? seen : await boundsAround(next, again);
  if (!inside(bounds))
    throw new StoredOffsetOutsideLog({ group: options.group, topic, partition, next }, bounds);
  if (lane.closed) return;
  lane.begin(next, bounds.end);
  options.fetchFrom(lane, next);
}
