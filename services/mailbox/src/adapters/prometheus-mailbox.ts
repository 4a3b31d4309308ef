import type { SinkMetrics } from '@chappe/kafka';
import { createSinkMetrics, type Logger, type Metrics } from '@chappe/service-kit';
import type { HubObserver } from './stream-hub.ts';

/** What the mailbox measures beside its requests. */
export interface MailboxMetrics {
  readonly sink: SinkMetrics;
  readonly hub: HubObserver;
}

/** Registers the mailbox's own metrics. */
export function createMailboxMetrics(metrics: Metrics, log: Logger): MailboxMetrics {
  const open = metrics.gauge('chappe_mailbox_streams_open', 'Open streams');
  const ended = metrics.counter('chappe_mailbox_streams_ended_total', 'Streams ended', ['reason']);
  const pushed = metrics.counter('chappe_mailbox_stream_items_total', 'Items written to streams');
  return {
    sink: createSinkMetrics(metrics),
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
