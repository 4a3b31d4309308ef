import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { disconnectQuietly } from '../disconnect-quietly.ts';
import { failureCode } from '../failure-code.ts';
import { createLaneProducer, type LaneProducer, publishAll } from '../lane-producer.ts';
import { clientRetry, openClient } from '../open-client.ts';
import type { IncomingRecord } from '../record.ts';
import type { KafkaSettings } from '../settings.ts';
import { deadLetterOf } from './dead-letter.ts';
import { boundsAround, type LogBounds, readLogBounds, StoredOffsetOutsideLog } from './log-bounds.ts';
import { PartitionLane } from './partition-lane.ts';
import { readBatch } from './read-batch.ts';
import type { Sink, SinkOptions } from './sink-contract.ts';
import { watchProgress } from './watch-progress.ts';

const positionRetryMs = 500;

/**
 * Makes a sink. The position is the service's own stored offset; Kafka's committed offset only tells the tools
 * how far the sink is. Each assignment begins paused, until every stored offset is read and compared with the
 * log. Batches go to a queue per partition at once, so that kafkajs keeps fetching and sending heartbeats.
 */
export function createSink(settings: KafkaSettings, options: SinkOptions): Sink {
  const { group, log } = options;
  const limits = {
    maxSliceRecords: options.maxSliceRecords ?? 200,
    maxSliceBytes: options.maxSliceBytes ?? 1024 * 1024,
    maxQueueBytes: options.maxQueueBytes ?? 4 * 1024 * 1024,
  };
  const kafka = openClient(settings, { log });
  const sessionTimeoutMs = options.sessionTimeoutMs ?? 10_000;
  const consumer: Consumer = kafka.consumer({
    groupId: settings.topicPrefix + group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: Math.max(15_000, sessionTimeoutMs),
    heartbeatInterval: Math.floor(sessionTimeoutMs / 4),
    maxWaitTimeInMs: options.maxWaitMs ?? 500,
    minBytes: 1,
    maxBytesPerPartition: 1024 * 1024,
    allowAutoTopicCreation: false,
    metadataMaxAge: 60_000,
    retry: { ...clientRetry },
  });
  const listeners: ((error: Error) => void)[] = [];
  let lanes = new Map<string, PartitionLane>();
  let failure: Error | undefined;
  let joined = false;
  let stopping = false;
  let deadLetters = 0;
  let ownProducer: LaneProducer | undefined;

  const prefixed = (topic: string): string => settings.topicPrefix + topic;
  const unprefixed = (topic: string): string => topic.slice(settings.topicPrefix.length);
  const laneKey = (topic: string, partition: number): string => `${topic}/${partition}`;

  function fail(error: Error): void {
    if (failure !== undefined || stopping) return;
    failure = error;
    log.error({ err: error, group, code: failureCode(error) }, 'sink cannot go on');
    for (const lane of lanes.values()) void lane.close();
    for (const listener of listeners) listener(error);
  }

  /** Between a crash of the consumer and its next join there is nothing to pause; joining sorts it out. */
  function onConsumer(act: () => void): void {
    try {
      act();
    } catch (error) {
      log.debug({ group, code: failureCode(error) }, 'consumer not running');
    }
  }

  async function bury(record: IncomingRecord, code: string): Promise<void> {
    const letter = deadLetterOf(record, group, code);
    if (options.deadLetters === undefined && ownProducer === undefined) {
      ownProducer = createLaneProducer(settings, { name: `${group}.dlq`, log });
    }
    const producer = options.deadLetters ?? ownProducer;
    if (producer !== undefined) await publishAll(producer, [letter]);
    deadLetters += 1;
    const { topic, partition, offset } = record;
    log.error({ group, topic, partition, offset, code }, 'dead letter');
    options.metrics?.recordDeadLettered({ topic, partition, code });
  }

  function openLane(topic: string, partition: number): PartitionLane {
    const at = { topic: prefixed(topic), partitions: [partition] };
    const lane: PartitionLane = new PartitionLane({ topic, partition }, limits, {
      apply: options.apply,
      bury,
      pauseFetching: () => onConsumer(() => consumer.pause([at])),
      resumeFetching: () => onConsumer(() => consumer.resume([at])),
      reposition: () => {
        onConsumer(() => consumer.pause([at]));
        void position([lane], []);
      },
      metrics: options.metrics,
      log,
    });
    return lane;
  }

  /** Reads where each lane should begin, and lets it begin there. */
  async function position(begun: readonly PartitionLane[], endings: readonly Promise<void>[]): Promise<void> {
    // The slice under way of the same partition may still move the stored offset.
    await Promise.allSettled(endings);
    let waiting = begun.filter((lane) => !lane.closed);
    while (waiting.length > 0 && !stopping && failure === undefined) {
      try {
        const bounds = await boundsOf(waiting);
        await Promise.all(waiting.map((lane) => begin(lane, bounds(lane))));
      } catch (error) {
        if (error instanceof StoredOffsetOutsideLog) return fail(error);
        log.warn({ err: error, group, code: failureCode(error) }, 'stored offsets not read');
        await sleep(positionRetryMs);
      }
      waiting = waiting.filter((lane) => !lane.closed && lane.expected === undefined);
    }
  }

  async function boundsOf(some: readonly PartitionLane[]): Promise<(lane: PartitionLane) => LogBounds> {
    const names = [...new Set(some.map((lane) => prefixed(lane.topic)))];
    const bounds = await readLogBounds(kafka, names, log);
    return (lane) => {
      const found = bounds(prefixed(lane.topic), lane.partition);
      if (found === undefined) throw new Error('the brokers do not know a partition that is assigned');
      return found;
    };
  }

  async function begin(lane: PartitionLane, seen: LogBounds): Promise<void> {
    const { topic, partition } = lane;
    const next = await options.readOffset(topic, partition, seen.start);
    const inside = (bounds: LogBounds): boolean => next >= bounds.start && next <= bounds.end;
    const bounds = inside(seen) ? seen : await boundsAround(next, async () => (await boundsOf([lane]))(lane));
    if (!inside(bounds)) throw new StoredOffsetOutsideLog({ group, topic, partition, next }, bounds);
    if (lane.closed) return;
    lane.begin(next, bounds.end);
    onConsumer(() => {
      consumer.seek({ topic: prefixed(topic), partition, offset: next.toString() });
      consumer.resume([{ topic: prefixed(topic), partitions: [partition] }]);
    });
  }

  /** Runs inside kafkajs's join, before it fetches anything of the new assignment. */
  function onAssignment(assignment: Readonly<Record<string, readonly number[]>>): void {
    const endings = [...lanes.values()].map((lane) => lane.close());
    lanes = new Map();
    progress.forget();
    joined = true;
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        lanes.set(laneKey(topic, partition), openLane(unprefixed(topic), partition));
      }
      onConsumer(() => consumer.pause([{ topic, partitions: [...partitions] }]));
    }
    void position([...lanes.values()], endings);
  }

  async function eachBatch({ batch }: EachBatchPayload): Promise<void> {
    const lane = lanes.get(laneKey(batch.topic, batch.partition));
    if (lane === undefined || lane.offer(readBatch(batch, unprefixed(batch.topic)))) return;
    const expected = lane.expected;
    if (expected === undefined) return;
    log.warn(
      { group, topic: lane.topic, partition: lane.partition, next: expected },
      'batch began elsewhere',
    );
    onConsumer(() =>
      consumer.seek({ topic: batch.topic, partition: batch.partition, offset: expected.toString() }),
    );
  }

  function health(): ReturnType<Sink['health']> {
    const partitions = [...lanes.values()].map((lane) => lane.health());
    const pausedUntilUpgrade = partitions.some(({ state }) => state === 'paused-until-upgrade');
    return { joined, failed: failure?.message ?? null, pausedUntilUpgrade, deadLetters, partitions };
  }

  const progress = watchProgress(consumer, {
    group,
    topicPrefix: settings.topicPrefix,
    lanes: () => lanes.values(),
    onSilence: fail,
    metrics: options.metrics,
    log,
  });
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => onAssignment(payload.memberAssignment));
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    joined = false;
    log.warn({ group, code: failureCode(payload.error) }, 'consumer crashed');
    if (!payload.restart) fail(payload.error);
  });

  return {
    async start() {
      await consumer.connect();
      await consumer.subscribe({ topics: options.topics.map(prefixed), fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 16,
        eachBatch,
      });
      if (failure !== undefined) throw failure;
      progress.start();
    },
    async stop() {
      stopping = true;
      progress.stop();
      await Promise.allSettled([...lanes.values()].map((lane) => lane.close()));
      await progress.commit();
      await disconnectQuietly(consumer, log);
      await ownProducer?.stop();
    },
    health,
    onFailure(listener) {
      listeners.push(listener);
      if (failure !== undefined) listener(failure);
    },
  };
}
