import type { Metrics } from './create-metrics.ts';

const sliceBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];
const delayBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300];

/** What a sink tells about its work; the sinks of @chappe/kafka take it as it is. */
export interface SinkObserver {
  sliceApplied(slice: {
    topic: string;
    partition: number;
    records: number;
    durationMs: number;
    newestTimestampMs: number | null;
  }): void;
  recordDeadLettered(letter: { topic: string; partition: number; code: string }): void;
  sliceFailed(failure: { topic: string; partition: number; kind: string }): void;
  lag(partition: { topic: string; partition: number; records: number }): void;
  partitionAlarm(partition: { topic: string; partition: number; alarm: PartitionAlarm | null }): void;
}

/** Why a partition stands still until somebody acts. */
type PartitionAlarm = (typeof partitionAlarms)[number];

const partitionAlarms = ['paused-until-upgrade', 'stopped-by-bug'] as const;

/** Registers the measurements of a service's sinks: rate, time per slice, delay, lag, dead letters. */
export function createSinkMetrics(metrics: Metrics): SinkObserver {
  const records = metrics.counter('chappe_sink_records_total', 'Records applied', ['topic']);
  const duration = metrics.histogram(
    'chappe_sink_slice_duration_seconds',
    'Time to apply one slice with its offset',
    sliceBuckets,
    ['topic'],
  );
  const delay = metrics.histogram(
    'chappe_sink_delay_seconds',
    "Age of a slice's newest record when it was applied, by the broker's clock",
    delayBuckets,
    ['topic'],
  );
  const letters = metrics.counter('chappe_sink_dead_letters_total', 'Dead letters by cause', [
    'topic',
    'code',
  ]);
  const failures = metrics.counter('chappe_sink_failures_total', 'Slices that failed, by kind', [
    'topic',
    'kind',
  ]);
  const lag = metrics.gauge('chappe_sink_lag_records', 'Records not yet applied', ['topic', 'partition']);
  const standing = metrics.gauge(
    'chappe_sink_partition_standing',
    'A partition stands still until somebody acts: 1 while it does',
    ['topic', 'partition', 'reason'],
  );
  return {
    sliceApplied(slice) {
      records.inc({ topic: slice.topic }, slice.records);
      duration.observe({ topic: slice.topic }, slice.durationMs / 1000);
      if (slice.newestTimestampMs !== null) {
        delay.observe({ topic: slice.topic }, Math.max(0, Date.now() - slice.newestTimestampMs) / 1000);
      }
    },
    recordDeadLettered: ({ topic, code }) => letters.inc({ topic, code }),
    sliceFailed: ({ topic, kind }) => failures.inc({ topic, kind }),
    lag: (partition) =>
      lag.set({ topic: partition.topic, partition: String(partition.partition) }, partition.records),
    partitionAlarm({ topic, partition, alarm }) {
      for (const reason of partitionAlarms) {
        standing.set({ topic, partition: String(partition), reason }, reason === alarm ? 1 : 0);
      }
    },
  };
}

/** What a lane producer tells about its work; the producers of @chappe/kafka take it as it is. */
export interface ProducerObserver {
  batchAcknowledged(batch: { records: number; bytes: number; durationMs: number }): void;
  batchFailed(code: string): void;
}

/** Registers the measurements of a service's producers; call the result once per producer, by its name. */
export function createProducerMetrics(metrics: Metrics): (producer: string) => ProducerObserver {
  const records = metrics.counter('chappe_producer_records_total', 'Records acknowledged', ['producer']);
  const bytes = metrics.counter('chappe_producer_bytes_total', 'Bytes acknowledged', ['producer']);
  const failures = metrics.counter('chappe_producer_failures_total', 'Batches that failed, by code', [
    'producer',
    'code',
  ]);
  const duration = metrics.histogram(
    'chappe_producer_batch_duration_seconds',
    'Time until a batch was acknowledged',
    sliceBuckets,
    ['producer'],
  );
  return (producer) => ({
    batchAcknowledged(batch) {
      records.inc({ producer }, batch.records);
      bytes.inc({ producer }, batch.bytes);
      duration.observe({ producer }, batch.durationMs / 1000);
    },
    batchFailed: (code) => failures.inc({ producer, code }),
  });
}
