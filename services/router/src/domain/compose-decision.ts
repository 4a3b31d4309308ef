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
import type { FollowUpFaultCode } from './judge-follow-up.ts';
import { VariantBook } from './variant-book.ts';

/** Why a message is refused. Stable: senders and their systems act on them. */
export type RefusalCode =
  | 'CONFLICT'
  | 'reference-unavailable'
  | 'too-many-waiting'
  | 'original-cancelled'
  | 'no-recipient'
  | 'reroute-by-service'
  | 'not-suspended'
  | 'nothing-to-reroute'
  | 'reserved-for-positions'
  | FollowUpFaultCode;

/** A bare notice: the fact of a follow-up, without what it says. */
export type NoticeCode = 'corrected' | 'cancelled';

/** What every decision records of its circumstances. */
export interface DecisionContext {
  readonly lane: Lane;
  readonly nowMs: number;
  readonly directory: DirectorySnapshot;
}

/** Told to whoever may not read a follow-up of what it holds, or owes the recall of what it disclosed. */
export interface BareNotice {
  readonly correspondent: string;
  readonly code: NoticeCode;
  readonly reasons: readonly DecisionReason[];
  /** The disclosure that is recalled; null when the notice is about what the decided message follows. */
  readonly about: string | null;
}

/** Who gets an accepted message, and in which form. */
export interface Distribution {
  readonly entitled: readonly Entitled[];
  readonly notices: readonly BareNotice[];
  readonly denied: readonly DecisionDenial[];
  /** What a dispatch or a reroute passes on, to whom. */
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
      about: null,
      reasons: [...reasons],
    });
  };
  // The original comes first: what passes it on refers to it.
  const { passedOn } = distribution;
  for (const each of passedOn?.entitled ?? []) if (passedOn !== null) deliver(passedOn.original, each, true);
  for (const each of distribution.entitled) deliver(message, each, false);
  for (const notice of distribution.notices) entries.push(noticeEntry(message, notice));
  entries.push({
    deliveryId: deriveId('delivery', decisionId, message.messageId, message.sender.correspondent),
    correspondent: message.sender.correspondent,
    role: 'SENDER',
    variantId: variants.variantOf(message, [], false).variantId,
    noticeCode: null,
    about: null,
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

/** Why a message is refused, where in it, and who was considered. */
export interface Refusal {
  readonly code: RefusalCode;
  /** Fields of the message, as `body/original`; never values. */
  readonly places: readonly string[];
  readonly denied: readonly DecisionDenial[];
}

/** Who gets a message whose references hold, or why nobody does. */
export type Distributed =
  | { readonly distributed: true; readonly distribution: Distribution }
  | ({ readonly distributed: false } & Refusal);

/** What precedes a place among the reasons of a refusal. */
export const placePrefix = 'at/';

/** The decision that refuses a message: its sender alone is told, by a notice with code, places and messageId. */
export function refuseMessage(
  message: Message,
  { code, places, denied }: Refusal,
  context: DecisionContext,
): Decision {
  return {
    ...headerOf(message, context),
    outcome: 'REFUSED',
    refusalCode: code,
    variants: [],
    entries: [
      noticeEntry(message, {
        correspondent: message.sender.correspondent,
        code,
        reasons: [reason(code), ...places.map((place) => reason(`${placePrefix}${place}`))],
        about: null,
      }),
    ],
    denied: [...denied],
  };
}

/** A decision belongs to one copy of a message. */
export function decisionIdOf({ messageId, requestDigest }: Message): string {
  return deriveId('decision', messageId, requestDigest);
}

function noticeEntry(
  message: Message,
  {
    correspondent,
    code,
    reasons,
    about,
  }: Omit<BareNotice, 'code'> & { readonly code: RefusalCode | NoticeCode },
): DecisionEntry {
  const names = [decisionIdOf(message), correspondent, ...(about === null ? [] : [about])];
  return {
    deliveryId: deriveId('notice', ...names),
    correspondent,
    role: 'NOTICE',
    variantId: null,
    noticeCode: code,
    about,
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
