import type { DirectorySnapshot } from '@chappe/directory';
import { policyVersion } from '@chappe/policy';
import {
  type Decision,
  type DecisionDenial,
  type DecisionEntry,
  type DecisionReason,
  deriveId,
  type Lane,
  type Message,
} from '@chappe/schemas';
import { reason } from './choose-candidates.ts';
import type { Entitled } from './entitle-candidates.ts';
import { VariantBook } from './variant-book.ts';

/** Why a message is refused. Stable: senders and their systems act on them. */
export type RefusalCode =
  | 'CONFLICT'
  | 'reference-unavailable'
  | 'too-many-waiting'
  | 'original-cancelled'
  | 'no-recipient';

/** A bare notice: the fact of a follow-up, without what it says. */
export type NoticeCode = 'corrected' | 'cancelled';

/** What every decision records of its circumstances. */
export interface DecisionContext {
  readonly lane: Lane;
  readonly nowMs: number;
  readonly directory: DirectorySnapshot;
}

/** Who gets an accepted message, and in which form. */
export interface Distribution {
  readonly entitled: readonly Entitled[];
  /** Those who may not read a follow-up of what they hold. */
  readonly notices: readonly {
    correspondent: string;
    code: NoticeCode;
    reasons: readonly DecisionReason[];
  }[];
  readonly denied: readonly DecisionDenial[];
  /** What a dispatch passes on, to whom. */
  readonly passedOn: { readonly original: Message; readonly entitled: readonly Entitled[] } | null;
}

/** The decision that lets a message through; the same message and circumstances give the same ids. */
export function acceptMessage(
  message: Message,
  distribution: Distribution,
  context: DecisionContext,
): Decision {
  const decisionId = decisionIdOf(message);
  const variants = new VariantBook(decisionId);
  const entries: DecisionEntry[] = [];
  const deliver = (of: Message, { candidate, withheld }: Entitled, passedOn: boolean): void => {
    const { correspondent, role, reasons } = candidate;
    entries.push({
      deliveryId: deriveId('delivery', decisionId, of.messageId, correspondent),
      correspondent,
      role,
      variantId: variants.variantOf(of, withheld, passedOn).variantId,
      noticeCode: null,
      reasons: [...reasons],
    });
  };
  // The original comes first: a dispatch refers to it.
  const { passedOn } = distribution;
  for (const each of passedOn?.entitled ?? []) if (passedOn !== null) deliver(passedOn.original, each, true);
  for (const each of distribution.entitled) deliver(message, each, false);
  for (const { correspondent, code, reasons } of distribution.notices) {
    entries.push(noticeEntry(message, correspondent, code, reasons));
  }
  entries.push({
    deliveryId: deriveId('delivery', decisionId, message.messageId, message.sender.correspondent),
    correspondent: message.sender.correspondent,
    role: 'SENDER',
    variantId: variants.variantOf(message, [], false).variantId,
    noticeCode: null,
    reasons: [reason('sender')],
  });
  return {
    ...headerOf(message, context),
    outcome: 'ACCEPTED',
    refusalCode: null,
    variants: variants.all(),
    entries,
    denied: [...distribution.denied],
  };
}

/** The decision that refuses a message: its sender alone is told, by a notice with code and messageId. */
export function refuseMessage(
  message: Message,
  code: RefusalCode,
  context: DecisionContext,
  denied: readonly DecisionDenial[] = [],
): Decision {
  return {
    ...headerOf(message, context),
    outcome: 'REFUSED',
    refusalCode: code,
    variants: [],
    entries: [noticeEntry(message, message.sender.correspondent, code, [reason(code)])],
    denied: [...denied],
  };
}

/** A decision belongs to one copy of a message. */
export function decisionIdOf({ messageId, requestDigest }: Message): string {
  return deriveId('decision', messageId, requestDigest);
}

function noticeEntry(
  message: Message,
  correspondent: string,
  code: RefusalCode | NoticeCode,
  reasons: readonly DecisionReason[],
): DecisionEntry {
  return {
    deliveryId: deriveId('notice', decisionIdOf(message), correspondent),
    correspondent,
    role: 'NOTICE',
    variantId: null,
    noticeCode: code,
    reasons: [...reasons],
  };
}

function headerOf(
  message: Message,
  { lane, nowMs, directory }: DecisionContext,
): Omit<Decision, 'outcome' | 'refusalCode' | 'variants' | 'entries' | 'denied'> {
  return {
    decisionId: decisionIdOf(message),
    messageId: message.messageId,
    requestDigest: message.requestDigest,
    submissionId: message.submissionId,
    reference: message.reference,
    threadId: message.threadId,
    kind: message.kind,
    status: message.status,
    lane,
    decidedAt: nowMs,
    directoryRelease: directory.release,
    policyVersion,
    sender: message.sender.correspondent,
  };
}
