import type { ReceiveOutcome, ScanVerdict } from '@chappe/attachment-store';
import type { Metrics } from '@chappe/service-kit';

/** What ingest measures about attachments: counts and bytes, no names. */
export interface AttachmentMetrics {
  /** A request that brought bytes from `offset` on has ended. */
  transferred(outcome: ReceiveOutcome, offset: number): void;
  scanned(verdict: ScanVerdict | 'NONE'): void;
  /** Files that still wait for the scanner. */
  waiting(count: number): void;
  swept(report: { uploads: number; files: number }): void;
}

/** Registers the measurements; `running` is read at each scrape. */
export function createAttachmentMetrics(metrics: Metrics, running: () => number): AttachmentMetrics {
  const transfers = metrics.counter(
    'chappe_attachment_transfers_total',
    'Requests with bytes, by their end',
    ['outcome'],
  );
  const bytes = metrics.counter('chappe_attachment_bytes_total', 'Bytes of attachments stored');
  const kept = metrics.counter('chappe_attachment_kept_total', 'Files that were whole, right and kept');
  const scans = metrics.counter('chappe_attachment_scans_total', 'Scans by verdict; NONE: there was none', [
    'verdict',
  ]);
  const pending = metrics.gauge('chappe_attachment_scans_waiting', 'Files that wait for the scanner');
  const swept = metrics.counter('chappe_attachment_swept_total', 'What sweeping removed', ['kind']);
  metrics.gauge('chappe_attachment_transfers_running', 'Transfers under way', [], (gauge) =>
    gauge.set(running()),
  );
  return {
    transferred(outcome, offset) {
      transfers.inc({ outcome: outcome.status === 'refused' ? outcome.refusal : outcome.status });
      if (outcome.status !== 'received' && outcome.status !== 'interrupted') return;
      bytes.inc(Math.max(0, outcome.offset - offset));
      if (outcome.status === 'received' && outcome.isComplete) kept.inc();
    },
    scanned: (verdict) => scans.inc({ verdict }),
    waiting: (count) => pending.set(count),
    swept(report) {
      swept.inc({ kind: 'upload' }, report.uploads);
      swept.inc({ kind: 'file' }, report.files);
    },
  };
}
