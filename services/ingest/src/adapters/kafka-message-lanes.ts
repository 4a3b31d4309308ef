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
  send(lane: Lane, record: OutgoingRecord): Promise<SendOutcome>;
  health(): DependencyHealth;
  /** Flushes what was taken, then closes. */
  stop(): Promise<void>;
}

/** Opens the producers of the three lanes. */
export async function openMessageLanes(
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
): Promise<MessageLanes> {
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
  const stop = async (): Promise<void> =>
    void (await Promise.all(lanes.map((lane) => producers[lane].stop())));
  try {
    await Promise.all(lanes.map((lane) => producers[lane].start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    send: (lane, record) => producers[lane].send([record]),
    health() {
      const states = lanes.map((lane) => producers[lane].health());
      return {
        state: states.some((health) => health.failing || !health.connected) ? 'unavailable' : 'ready',
      };
    },
    stop,
  };
}
