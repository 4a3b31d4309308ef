import type { Metrics } from '@chappe/service-kit';
import type { Sweep } from './postgres-sweep-deadlines.ts';
import type { RanErrand } from './run-errands.ts';

/** What is measured of deadlines. */
export interface DeadlineMetrics {
  fired(steps: Sweep['fired']): void;
  ran(errands: readonly RanErrand[]): void;
}

/** Registers the metrics of deadlines, reminders and pages. */
export function createDeadlineMetrics(metrics: Metrics): DeadlineMetrics {
  const steps = metrics.counter('chappe_mailbox_deadline_steps_total', 'Reminders and escalations', [
    'kind',
    'step',
  ]);
  const errands = metrics.counter(
    'chappe_mailbox_deadline_errands_total',
    'Attempts to post or page: done, again (will be repeated) or failed (given up)',
    ['channel', 'status'],
  );
  return {
    fired(fired) {
      for (const { kind, step } of fired) steps.inc({ kind, step });
    },
    ran(ran) {
      for (const { channel, status } of ran) errands.inc({ channel, status });
    },
  };
}
