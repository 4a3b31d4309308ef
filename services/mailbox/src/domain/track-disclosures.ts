import type { GivenReceipt, ReceiptStage } from './receipt-state.ts';
import { type GivenReceiptJson, showGivenReceipt } from './show-receipt.ts';

/** A disclosure to a local body that a cancellation recalls, as the store has it. */
export interface TrackedDisclosure {
  /** Who told the local body, and owes the recall there. */
  readonly correspondent: string;
  /** The DISCLOSURE. */
  readonly messageId: string;
  readonly stage: ReceiptStage;
  readonly receipts: readonly GivenReceipt[];
}

/** The same, as the sender of the cancellation sees it. */
export interface TrackedDisclosureJson {
  readonly correspondent: string;
  readonly messageId: string;
  readonly state: ReceiptStage;
  readonly receipts: readonly GivenReceiptJson[];
  readonly owed: readonly 'COMPLIED'[];
}

/**
 * For each disclosure that a sender was told of: whether whoever disclosed has had it taken back (I9). The body and
 * what it was told stand in the DISCLOSURE, not here.
 */
export function trackDisclosures(
  disclosures: readonly TrackedDisclosure[],
): readonly TrackedDisclosureJson[] {
  return disclosures.map(({ correspondent, messageId, stage, receipts }) => ({
    correspondent,
    messageId,
    state: stage,
    // To whom of its own a post hands it over is not its sender's to know.
    receipts: receipts.map((each) => {
      const { transferredTo: _, ...shown } = showGivenReceipt(each);
      return shown;
    }),
    owed: stage === 'COMPLIED' ? [] : ['COMPLIED'],
  }));
}
