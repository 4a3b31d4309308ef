import { isRecall } from './give-receipt.ts';
import { type GivenReceipt, isWithinCorrespondent, type ReceiptStage, rankOf } from './receipt-state.ts';
import { type DeadlineJson, type KeptDeadline, showDeadline } from './show-deadlines.ts';
import { type GivenReceiptJson, showGivenReceipt } from './show-receipt.ts';
import { type TrackedDisclosure, type TrackedDisclosureJson, trackDisclosures } from './track-disclosures.ts';
import {
  type StandingJson,
  standInCopies,
  standInsSeen,
  standingOf,
  type TrackedStandIn,
} from './track-stand-ins.ts';

/** One delivery of a sent message, as the store has it. */
export interface TrackedDelivery {
  readonly correspondent: string;
  readonly role: 'ACTION' | 'INFORMATION' | 'NOTICE';
  readonly kind: string;
  readonly noticeCode: string | null;
  readonly deliveredAtMs: number;
  readonly stage: ReceiptStage;
  readonly version: number;
  readonly assignee: string | null;
  /** Whether a cancellation recalls it: then only the cancellation owes anything. */
  readonly recalled: boolean;
  readonly receipts: readonly GivenReceipt[];
}

/** What became of the recall of a message at one of its holders. */
export interface TrackedRecall {
  readonly correspondent: string;
  /** The cancellation. */
  readonly messageId: string;
  readonly stage: ReceiptStage;
  readonly receipts: readonly GivenReceipt[];
}

/** What is known of one sent message. */
export interface SentTracking {
  readonly messageId: string;
  readonly state: 'ACCEPTED' | 'REFUSED';
  readonly kind: string;
  readonly sender: string;
  readonly deliveries: readonly TrackedDelivery[];
  readonly recalls: readonly TrackedRecall[];
  /**
   * For what follows a message up: the correspondents of which the sender knows already that they are in its
   * thread. `null` for what opens one and for a dispatch, whose recipients are the sender's own choice.
   */
  readonly known: ReadonlySet<string> | null;
  /** Whether the sender is a post or a desk. */
  readonly senderInside: boolean;
  /** What was told to local bodies: of a cancellation what it recalls, of a dispatch what was recorded about it. */
  readonly disclosures?: readonly TrackedDisclosure[];
  /** Who stood in for recipients that were suspended. */
  readonly standIns?: readonly TrackedStandIn<TrackedDelivery>[];
  /** What is or was owed: by the recipients about the message or its recall, and by the sender itself. */
  readonly deadlines: readonly KeptDeadline[];
}

/** A receipt that is still owed. */
export type OwedReceipt = 'TAKEN_IN_CHARGE' | 'COMPLIED';

/** One recipient, as the sender sees it. */
export interface TrackedRecipientJson extends StandingJson {
  readonly correspondent: string;
  readonly role: string;
  readonly deliveredAt: string;
  readonly state: ReceiptStage;
  readonly version: number;
  readonly receipts: readonly GivenReceiptJson[];
  readonly owed: readonly OwedReceipt[];
  /** Until when what is owed, what is late, and which reminders and escalations there were. */
  readonly deadlines: readonly DeadlineJson[];
  readonly recall?: {
    readonly messageId: string;
    readonly state: ReceiptStage;
    readonly receipts: readonly GivenReceiptJson[];
    readonly owed: readonly OwedReceipt[];
    readonly deadlines: readonly DeadlineJson[];
  };
}

/** What happened to a sent message. */
export interface TrackingJson {
  readonly messageId: string;
  readonly state: 'ACCEPTED' | 'REFUSED';
  readonly items: readonly TrackedRecipientJson[];
  /** Of a follow-up: those who are not the sender's to know of, how many, and how many of them still owe COMPLIED. */
  readonly others?: { readonly count: number; readonly owing: number };
  /** Of a cancellation or a dispatch: the disclosures to local bodies, and who still owes their recall. */
  readonly disclosures?: readonly TrackedDisclosureJson[];
  /** What the sender itself owes: the review of what left as EMERGENCY. */
  readonly own?: readonly DeadlineJson[];
}

/**
 * Tells a sender what happened where, and what is owed by whom. "Never a recipient that the sender may not know
 * of" is kept like this:
 *
 * - Of a message that opens a thread the sender knows the recipients of its own decision, the ones a dry run would
 *   have named. A desk's dispatch of it is another decision: the desk's to track.
 * - What follows up (a supplement, a correction, a cancellation) also reaches whoever got the message from a desk. By
 *   name the sender sees only whom it ever named in the thread, who got the opening message by the sender's own
 *   decision, and the authors of what it received; a rule that adds somebody to a follow-up cannot be told from a
 *   dispatch here, so such a recipient is not named either.
 * - A sender of the network sees how many others there are and how many owe, because it answers for its recall
 *   (Directive (EU) 2016/680, article 16(6)); a sender outside is not even told that there are any. The desk that
 *   dispatched sees the recall of the original, recipient by recipient, in the tracking of its own DISPATCH.
 * - Whoever took over from a recipient that was suspended is seen by who sees that recipient, as it would have been
 *   named had the recipient been suspended before.
 * - Hand-overs are shown without a name, unless they went to somebody the sender sees anyway. Persons appear by
 *   their function alone.
 */
export function trackMessage(tracking: SentTracking, nowMs: number): TrackingJson {
  const { known } = tracking;
  const recipients = tracking.deliveries.filter((each) => known === null || known.has(each.correspondent));
  const standIns = standInsSeen(
    tracking.standIns ?? [],
    recipients.map((each) => each.correspondent),
  );
  const named = [...recipients, ...standInCopies(standIns, recipients)];
  const unnamed = tracking.deliveries.filter((each) => known !== null && !known.has(each.correspondent));
  const visible = new Set(named.map((each) => each.correspondent));
  const recalls = new Map(tracking.recalls.map((each) => [each.correspondent, each]));
  const deadlinesOf = (correspondent: string, messageId: string) =>
    tracking.deadlines
      .filter((each) => each.messageId === messageId && each.correspondent === correspondent)
      .map((each) => showDeadline(each, nowMs));
  const own = deadlinesOf(tracking.sender, tracking.messageId);
  return {
    messageId: tracking.messageId,
    state: tracking.state,
    items: named.map((each) => {
      const recall = recalls.get(each.correspondent);
      const deadlines = deadlinesOf(each.correspondent, tracking.messageId);
      return {
        ...showRecipient(each, visible, deadlines),
        deadlines,
        ...standingOf(each.correspondent, standIns),
        ...(recall === undefined
          ? {}
          : {
              recall: {
                messageId: recall.messageId,
                state: recall.stage,
                receipts: recall.receipts.map((receipt) => showToSender(receipt, visible)),
                owed: recall.stage === 'COMPLIED' ? [] : ['COMPLIED' as const],
                deadlines: deadlinesOf(each.correspondent, recall.messageId),
              },
            }),
      };
    }),
    ...(own.length === 0 ? {} : { own }),
    ...(tracking.disclosures === undefined || tracking.disclosures.length === 0
      ? {}
      : { disclosures: trackDisclosures(tracking.disclosures) }),
    ...(unnamed.length === 0 || !tracking.senderInside
      ? {}
      : {
          others: {
            count: unnamed.length,
            owing: unnamed.filter((each) => owedBy(each).includes('COMPLIED')).length,
          },
        }),
  };
}

/**
 * What a recipient still owes: COMPLIED for a recall, whatever its role (I9), and somebody in charge for what
 * came for action.
 */
export function owedBy(
  delivery: Pick<TrackedDelivery, 'role' | 'kind' | 'noticeCode' | 'stage' | 'assignee' | 'recalled'>,
): readonly OwedReceipt[] {
  const { stage, assignee } = delivery;
  if (isRecall(delivery)) return stage === 'COMPLIED' ? [] : ['COMPLIED'];
  if (delivery.role !== 'ACTION' || delivery.recalled || rankOf(stage) > rankOf('TAKEN_IN_CHARGE')) return [];
  const passedOn = assignee !== null && !isWithinCorrespondent(assignee);
  return stage === 'TAKEN_IN_CHARGE' || passedOn ? [] : ['TAKEN_IN_CHARGE'];
}

function showRecipient(
  delivery: TrackedDelivery,
  visible: ReadonlySet<string>,
  deadlines: readonly DeadlineJson[],
): Omit<TrackedRecipientJson, 'deadlines' | 'recall'> {
  // An answer or the closure of the thread ends it without a receipt.
  const settled = deadlines.some(({ kind, endedBy }) => kind === 'TAKE_IN_CHARGE' && endedBy !== undefined);
  return {
    correspondent: delivery.correspondent,
    role: delivery.role,
    deliveredAt: new Date(delivery.deliveredAtMs).toISOString(),
    state: delivery.stage,
    version: delivery.version,
    receipts: delivery.receipts.map((each) => showToSender(each, visible)),
    owed: owedBy(delivery).filter((each) => !settled || each !== 'TAKEN_IN_CHARGE'),
  };
}

function showToSender(receipt: GivenReceipt, visible: ReadonlySet<string>): GivenReceiptJson {
  const { transferredTo, ...shown } = showGivenReceipt(receipt);
  return transferredTo !== undefined && visible.has(transferredTo) ? { ...shown, transferredTo } : shown;
}
