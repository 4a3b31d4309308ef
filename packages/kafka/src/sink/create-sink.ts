import { createPause } from '../back-off.ts';
import { failureCode } from '../failure-code.ts';
import { keepConsuming, type OpenedConsumer } from '../keep-consuming.ts';
import type { KafkaSettings } from '../settings.ts';
import { timeBounds } from '../time-bounds.ts';
import { openCemetery } from './bury-record.ts';
import { PartitionLane } from './partition-lane.ts';
import { type PositionOptions, positionLanes } from './position-lanes.ts';
import { readBatch } from './read-batch.ts';
import type { Sink, SinkOptions } from './sink-contract.ts';
import { watchProgress } from './watch-progress.ts';

/**
 * Makes a sink. The position is the service's own stored offset; Kafka's committed offset only tells the tools
 * how far the sink is. Each assignment begins paused, until every stored offset is read and compared with the
 * log. Batches go to a queue per partition at once, so that kafkajs keeps fetching and sending heartbeats.
 * Brokers that are away and consumers that crash are waited out; what ends a sink is told to onFailure.
 */
export function createSink(settings: KafkaSettings, options: SinkOptions): Sink {
  const { group, log } = options;
  const { topicPrefix } = settings;
  const limits = {
    maxSliceRecords: options.maxSliceRecords ?? 200,
    maxSliceBytes: options.maxSliceBytes ?? 1024 * 1024,
    maxQueueBytes: options.maxQueueBytes ?? 4 * 1024 * 1024,
    bugRetryMs: options.bugRetryMs ?? 60_000,
  };
  const sessionTimeoutMs = options.sessionTimeoutMs ?? timeBounds.sessionMs;
  const listeners: ((error: Error) => void)[] = [];
  const cemetery = openCemetery(settings, options);
  const pause = createPause();
  let lanes = new Map<string, PartitionLane>();
  /** Slices under way of lanes that are closed: they may still move a stored offset. */
  let endings: Promise<unknown> = Promise.resolve();
  let failure: Error | undefined;
  let stopping = false;

  const laneKey = (topic: string, partition: number): string => `${topic}/${partition}`;

  function fail(error: Error): void {
    if (failure !== undefined || stopping) return;
    failure = error;
    log.error({ err: error, group, code: failureCode(error) }, 'sink cannot go on');
    closeLanes();
    for (const listener of listeners) listener(error);
  }

  function closeLanes(): void {
    endings = Promise.allSettled([endings, ...[...lanes.values()].map((lane) => lane.close())]);
    lanes = new Map();
    progress.forget();
  }

  /** Between the end of a consumer and the next join there is nothing to pause; joining sorts it out. */
  function onConsumer(act: () => void): void {
    try {
      act();
    } catch (error) {
      log.debug({ group, code: failureCode(error) }, 'consumer not running');
    }
  }

  function openLane(opened: OpenedConsumer, topic: string, partition: number): PartitionLane {
    const { consumer } = opened;
    const at = { topic: topicPrefix + topic, partitions: [partition] };
    const lane: PartitionLane = new PartitionLane({ topic, partition }, limits, {
      apply: options.apply,
      bury: cemetery.bury,
      pauseFetching: () => onConsumer(() => consumer.pause([at])),
      resumeFetching: () => onConsumer(() => consumer.resume([at])),
      reposition: () => {
        onConsumer(() => consumer.pause([at]));
        void positionLanes([lane], opened.kafka, positioning(opened));
      },
      metrics: options.metrics,
      log,
    });
    return lane;
  }

  function positioning({ consumer }: OpenedConsumer): PositionOptions {
    return {
      group,
      topicPrefix,
      readOffset: options.readOffset,
      fetchFrom: ({ topic, partition }, next) =>
        onConsumer(() => {
          consumer.seek({ topic: topicPrefix + topic, partition, offset: next.toString() });
          consumer.resume([{ topic: topicPrefix + topic, partitions: [partition] }]);
        }),
      onOutsideLog: fail,
      pause,
      log,
    };
  }

  function onJoin(opened: OpenedConsumer, assignment: Readonly<Record<string, readonly number[]>>): void {
    closeLanes();
    if (failure !== undefined || stopping) return;
    for (const [topic, partitions] of Object.entries(assignment)) {
      for (const partition of partitions) {
        const lane = openLane(opened, topic.slice(topicPrefix.length), partition);
        lanes.set(laneKey(topic, partition), lane);
      }
      onConsumer(() => opened.consumer.pause([{ topic, partitions: [...partitions] }]));
    }
    const begun = [...lanes.values()];
    void endings.then(() => positionLanes(begun, opened.kafka, positioning(opened)));
  }

  const kept = keepConsuming(settings, {
    group,
    groupId: () => topicPrefix + group,
    topics: options.topics.map((topic) => topicPrefix + topic),
    config: {
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: Math.max(timeBounds.rebalanceMs, sessionTimeoutMs),
      // A heartbeat also tells of a rebalance: a long session must not make the others wait for this member.
      heartbeatInterval: Math.min(2_500, Math.floor(sessionTimeoutMs / 4)),
      maxWaitTimeInMs: options.maxWaitMs ?? 500,
      minBytes: 1,
      maxBytesPerPartition: 1024 * 1024,
      allowAutoTopicCreation: false,
      metadataMaxAge: 60_000,
    },
    concurrency: 16,
    onOpened: ({ consumer }) => progress.watch(consumer),
    onJoin,
    async eachBatch({ consumer }, { batch }) {
      const { topic, partition } = batch;
      const lane = lanes.get(laneKey(topic, partition));
      if (lane === undefined || lane.offer(readBatch(batch, topic.slice(topicPrefix.length)))) return;
      const expected = lane.expected;
      if (expected === undefined) return;
      log.warn({ group, topic: lane.topic, partition, next: expected }, 'batch began elsewhere');
      onConsumer(() => consumer.seek({ topic, partition, offset: expected.toString() }));
    },
    onLost: closeLanes,
    onRefused: fail,
    log,
  });

  const progress = watchProgress({
    group,
    topicPrefix,
    lanes: () => lanes.values(),
    consumer: () => kept.current()?.consumer,
    replace: kept.replace,
    onSilence: fail,
    metrics: options.metrics,
    log,
  });

  return {
    async start() {
      progress.start();
      await kept.start();
      if (failure !== undefined) throw failure;
    },
    async stop() {
      stopping = true;
      pause.end();
      const closing = [...lanes.values()];
      await Promise.allSettled([endings, ...closing.map((lane) => lane.close())]);
      await progress.stop();
      await kept.stop();
      await cemetery.stop();
    },
    health() {
      const partitions = [...lanes.values()].map((lane) => lane.health());
      return {
        joined: kept.joined(),
        failed: failure?.message ?? null,
        lastFailureCode: kept.lastFailureCode(),
        pausedUntilUpgrade: partitions.some(({ state }) => state === 'paused-until-upgrade'),
        stoppedByBug: partitions.some(({ state }) => state === 'stopped-by-bug'),
        deadLetters: cemetery.buried(),
        partitions,
      };
    },
    onFailure(listener) {
      listeners.push(listener);
      if (failure !== undefined) listener(failure);
    },
  };
}
