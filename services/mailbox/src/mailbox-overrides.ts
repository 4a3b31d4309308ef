import type { LaneProducer } from '@chappe/kafka';
import type { ApplySlice } from './adapters/postgres-apply-slice.ts';
import type { GiveReceipts } from './adapters/postgres-receipts.ts';
import type { StreamOutlet } from './adapters/stream-hub.ts';

/** Ports that a test may wrap, to stop the process before or after each step. */
export interface MailboxOverrides {
  wrapApplySlice?(apply: ApplySlice): ApplySlice;
  wrapGiveReceipts?(give: GiveReceipts): GiveReceipts;
  wrapOutboxProducer?(producer: LaneProducer): LaneProducer;
  wrapOutlet?(outlet: StreamOutlet): StreamOutlet;
  /** In place of the producer of dead letters. */
  deadLetters?: Pick<LaneProducer, 'send'>;
  nowMs?(): number;
  /** Gives up the start, or stops. */
  stopSignal?: AbortSignal;
}
