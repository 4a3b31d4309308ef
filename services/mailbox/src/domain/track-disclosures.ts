import type { GivenReceipt, ReceiptStage } from './receipt-state.ts';
import { type GivenReceiptJson, showGivenReceipt } from './show-receipt.ts';

/** A disclosure to a local body, as the store has it. */
export interface TrackedDisclosure {
  /** Who told the local body, and owes the recall there. */
  readonly correspondent: string;
  /** The DISCLOSURE. */
  readonly messageId: string;
  /** How far its recall has come; null while nothing recalls it. */
  readonly stage: ReceiptStage | null;
  readonly receipts: readonly GivenReceipt[];
}

/** The same, as the sender of the cancellation or of the dispatch sees it. */
export interface TrackedDisclosureJson {
  readonly correspondent: string;
  readonly messageId: string;
  /** RECORDED while nothing recalls it. */
  readonly state: ReceiptStage | 'RECORDED';
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
    state: stage ?? 'RECORDED',
    // To whom of its own a post hands it over is not its sender's to know.
    receipts: receipts.map((each) => {
      const { transferredTo: _, ...shown } = showGivenReceipt(each);
      return shown;
    }),
    owed: stage === null || stage === 'COMPLIED' ? [] : ['COMPLIED'],
  }));
}

/**
 * Whether a disclosure was recorded about a dispatch: it names the dispatch, or answers it, or tells of what the
 * dispatch passed on and comes from somebody whom the dispatch reached. What others told of the same original is
 * another desk's to follow.
 */
export function concernsDispatch(
  disclosure: { readonly discloser: string; readonly originalId: string; readonly inReplyTo: string | null },
  dispatch: {
    readonly messageId: string;
    readonly passedOnId: string | null;
    readonly recipients: ReadonlySet<string>;
  },
): boolean {
  const { discloser, originalId, inReplyTo } = disclosure;
  if (originalId === dispatch.messageId || inReplyTo === dispatch.messageId) return true;
  return originalId === dispatch.passedOnId && dispatch.recipients.has(discloser);
}
