import type { Consumer } from 'kafkajs';
import { failureCode } from '../failure-code.ts';
import type { Log } from '../log.ts';
import type { PartitionLane } from './partition-lane.ts';
import type { SinkMetrics } from './sink-contract.ts';

/** What is watched, and who hears of it. */
export interface ProgressOptions {
  group: string;
  topicPrefix: string;
  lanes(): Iterable<PartitionLane>;
  /** The present consumer. */
  consumer(): Pick<Consumer, 'commitOffsets'> | undefined;
  /** Puts another consumer in the place of the present one. */
  replace(cause: Error): void;
  /** Replacing did not help. */
  onSilence(error: Error): void;
  metrics?: SinkMetrics | undefined;
  log: Log;
}

/** Commits progress to Kafka for the tools that show lag, and notices a consumer that does nothing any more. */
export interface ProgressWatch {
  start(): void;
  /** Looks for the signs of life of a new consumer. */
  watch(consumer: Pick<Consumer, 'on' | 'events'>): void;
  /** After a join nothing counts as committed. */
  forget(): void;
  /** Commits for the last time. */
  stop(): Promise<void>;
}

/** The consumer has neither fetched nor joined nor crashed for a long time: it hangs. */
export class ConsumerSilent extends Error {
  override readonly name = 'ConsumerSilent';
  readonly code = 'CONSUMER_SILENT';
}

const everyMs = 5_000;
/** Three minutes: much longer than any rebalance, restart or long poll. */
const silentTicks = 36;

/**
 * Makes the watch of a sink. A silent consumer is replaced; when its successor is silent too, without having
 * fetched once, the cause is in this process.
 */
export function watchProgress(options: ProgressOptions): ProgressWatch {
  const { group, log } = options;
  const committed = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  // Ticks and not a clock: a process that was stopped for an hour must first be given time for a sign.
  let ticksWithoutSign = 0;
  let replacedInVain = false;
  const sign = (): void => {
    ticksWithoutSign = 0;
  };

  async function commit(): Promise<void> {
    const moved = [];
    for (const lane of options.lanes()) {
      const { topic, partition, lag } = lane.health();
      options.metrics?.lag({ topic, partition, records: lag });
      const offset = lane.next?.toString();
      if (offset === undefined || committed.get(`${topic}/${partition}`) === offset) continue;
      moved.push({ topic, partition, offset });
    }
    const consumer = options.consumer();
    if (moved.length === 0 || consumer === undefined) return;
    try {
      await consumer.commitOffsets(
        moved.map((each) => ({ ...each, topic: options.topicPrefix + each.topic })),
      );
      for (const { topic, partition, offset } of moved) committed.set(`${topic}/${partition}`, offset);
    } catch (error) {
      log.debug({ group, code: failureCode(error) }, 'progress not committed');
    }
  }

  function tick(): void {
    void commit();
    ticksWithoutSign += 1;
    if (ticksWithoutSign <= silentTicks) return;
    sign();
    const silence = new ConsumerSilent(`the consumer of ${group} shows no sign of life`);
    if (replacedInVain) options.onSilence(silence);
    else options.replace(silence);
    replacedInVain = true;
  }

  return {
    start() {
      sign();
      timer ??= setInterval(tick, everyMs);
    },
    watch(consumer) {
      sign();
      const { FETCH_START, FETCH, GROUP_JOIN, CRASH, REBALANCING } = consumer.events;
      for (const event of [FETCH_START, GROUP_JOIN, CRASH, REBALANCING]) consumer.on(event, sign);
      consumer.on(FETCH, () => {
        replacedInVain = false;
      });
    },
    forget: () => committed.clear(),
    async stop() {
      clearInterval(timer);
      await commit();
    },
  };
}
