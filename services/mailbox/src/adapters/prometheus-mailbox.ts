import type { SinkMetrics } from '@chappe/kafka';
import type { Logger, Metrics } from '@chappe/service-kit';
import type { HubObserver } from './stream-hub.ts';

/** What the mailbox measures beside its requests. */
export interface MailboxMetrics {
  readonly sink: SinkMetrics;
  readonly hub: HubObserver;
}

/** Registers the mailbox's own metrics. */
export function createMailboxMetrics(metrics: Metrics, log: Logger): MailboxMetrics {
  const records = metrics.counter('chappe_mailbox_records_applied_total', 'Deliveries applied', ['topic']);
  const slices = metrics.histogram(
    'chappe_mailbox_slice_duration_seconds',
    'Time to apply one slice',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    ['topic'],
  );
  const deadLetters = metrics.counter('chappe_mailbox_dead_letters_total', 'Deliveries put aside', [
    'topic',
    'code',
  ]);
  const failures = metrics.counter('chappe_mailbox_slice_failures_total', 'Slices that failed', [
    'topic',
    'kind',
  ]);
  const lag = metrics.gauge('chappe_mailbox_lag_records', 'Deliveries not applied yet', [
    'topic',
    'partition',
  ]);
  const open = metrics.gauge('chappe_mailbox_streams_open', 'Open streams');
  const ended = metrics.counter('chappe_mailbox_streams_ended_total', 'Streams ended', ['reason']);
  const pushed = metrics.counter('chappe_mailbox_stream_items_total', 'Items written to streams');
  return {
    sink: {
      sliceApplied(slice) {
        records.inc({ topic: slice.topic }, slice.records);
        slices.observe({ topic: slice.topic }, slice.durationMs / 1000);
      },
      recordDeadLettered: ({ topic, code }) => deadLetters.inc({ topic, code }),
      sliceFailed: ({ topic, kind }) => failures.inc({ topic, kind }),
      lag: ({ topic, partition, records: behind }) =>
        lag.set({ topic, partition: String(partition) }, behind),
    },
    hub: {
      opened: () => open.inc(),
      ended(reason) {
        open.dec();
        ended.inc({ reason });
      },
      pushed: (items) => pushed.inc(items),
      failed: (error) => log.warn({ err: error }, 'a stream could not read the store'),
    },
  };
}
