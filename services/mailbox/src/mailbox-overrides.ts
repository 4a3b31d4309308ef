import type { LaneProducer } from '@chappe/kafka';
import type { ApplySlice } from './adapters/postgres-apply-slice.ts';
import type { NoteSaid } from './adapters/postgres-note-said.ts';
import type { GiveReceipts } from './adapters/postgres-receipts.ts';
import type { ReviewThreads } from './adapters/postgres-review-threads.ts';
import type { SweepDeadlines } from './adapters/postgres-sweep-deadlines.ts';
import type { ErrandRunners } from './adapters/run-errands.ts';
import type { StreamOutlet } from './adapters/stream-hub.ts';
import type { RerouteSteps } from './adapters/watch-reroutes.ts';
import type { SendWebhook } from './adapters/webhook-sender.ts';
import type { ResolveHost } from './adapters/webhook-target-guard.ts';

/** Ports that a test may wrap, to stop the process before or after each step. */
export interface MailboxOverrides {
  wrapApplySlice?(apply: ApplySlice): ApplySlice;
  wrapGiveReceipts?(give: GiveReceipts): GiveReceipts;
  wrapOutboxProducer?(producer: LaneProducer): LaneProducer;
  wrapOutlet?(outlet: StreamOutlet): StreamOutlet;
  wrapSweep?(sweep: SweepDeadlines): SweepDeadlines;
  wrapReview?(review: ReviewThreads): ReviewThreads;
  wrapNoteSaid?(note: NoteSaid): NoteSaid;
  wrapErrands?(runners: ErrandRunners): ErrandRunners;
  wrapReroutes?(steps: RerouteSteps): RerouteSteps;
  /** In place of the name servers, for targets of webhooks. */
  resolveWebhookHost?: ResolveHost;
  wrapSendWebhook?(send: SendWebhook): SendWebhook;
  /** In place of the producer of dead letters. */
  deadLetters?: Pick<LaneProducer, 'send'>;
  nowMs?(): number;
  /** Gives up the start, or stops. */
  stopSignal?: AbortSignal;
}
