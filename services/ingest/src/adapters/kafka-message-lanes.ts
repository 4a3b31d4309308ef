import {
  createLaneProducer,
  type KafkaSettings,
  type LaneProducer,
  type OutgoingRecord,
  type SendOutcome,
} from '@chappe/kafka';
import { type Lane, lanes } from '@chappe/schemas';
import { createProducerMetrics, type DependencyHealth, type Logger, type Metrics } from '@chappe/service-kit';
import type { IngestConfig } from '../config.ts';

/** The three lanes, each with a producer and a bound of its own: a full routine lane never holds up a flash. */
export interface MessageLanes {
  /** Resolves once all are connected, however long the brokers are away. */
  start(): Promise<void>;
  send(lane: Lane, record: OutgoingRecord): Promise<SendOutcome>;
  health(): DependencyHealth;
  /** Flushes what was taken, then closes. */
  stop(): Promise<void>;
}

/** Makes the producers of the three lanes; nothing is connected yet. */
export function createMessageLanes(
  settings: KafkaSettings,
  config: Pick<IngestConfig, 'ACKNOWLEDGE_TIMEOUT_MS' | 'QUEUE_LIMIT_BYTES'>,
  {
    log,
    metrics,
    wrap,
  }: {
    log: Logger;
    metrics: Metrics;
    wrap?: ((producer: LaneProducer, lane: Lane) => LaneProducer) | undefined;
  },
): MessageLanes {
  const observe = createProducerMetrics(metrics);
  const open = (lane: Lane): LaneProducer => {
    const producer = createLaneProducer(settings, {
      name: lane,
      maxAgeMs: config.ACKNOWLEDGE_TIMEOUT_MS,
      maxQueueBytes: config.QUEUE_LIMIT_BYTES,
      log,
      metrics: observe(lane),
    });
    return wrap?.(producer, lane) ?? producer;
  };
  const producers: Readonly<Record<Lane, LaneProducer>> = {
    flash: open('flash'),
    urgent: open('urgent'),
    routine: open('routine'),
  };
  return {
    async start() {
      await Promise.all(lanes.map((lane) => producers[lane].start()));
    },
    send: (lane, record) => producers[lane].send([record]),
    health() {
      const states = lanes.map((lane) => producers[lane].health());
      return {
        state: states.some((health) => health.failing || !health.connected) ? 'unavailable' : 'ready',
      };
    },
    async stop() {
      await Promise.all(lanes.map((lane) => producers[lane].stop()));
    },
  };
}
