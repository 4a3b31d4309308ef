import { renderVariant } from '@chappe/policy';
import type { DecisionEntry, DecisionVariant, Delivery, Message } from '@chappe/schemas';
import { placePrefix } from './compose-decision.ts';
import type { KnownDecision } from './thread-memory.ts';

/** Finds an original by its messageId; null when it was erased. */
export type FindOriginal = (messageId: string) => Message | null;

/**
 * The deliveries that a decision orders, from the decision and the originals alone: composed again they
 * are the same, with the same ids. What was erased meanwhile is not delivered again.
 */
export function composeDeliveries(known: KnownDecision, findOriginal: FindOriginal): readonly Delivery[] {
  const { decision } = known;
  const variants = new Map(decision.variants.map((variant) => [variant.variantId, variant]));
  const rendered = new Map<string, Message | null>();
  const render = (variant: DecisionVariant): Message | null => {
    const before = rendered.get(variant.variantId);
    if (before !== undefined) return before;
    const original = variant.messageId === null ? known.original() : findOriginal(variant.messageId);
    const message = original === null ? null : renderVariant(original, variant.withheld);
    rendered.set(variant.variantId, message);
    return message;
  };
  const deliveries: Delivery[] = [];
  for (const entry of decision.entries) {
    const variant = entry.variantId === null ? undefined : variants.get(entry.variantId);
    if (variant === undefined) {
      deliveries.push(noticeOf(known, entry));
      continue;
    }
    const message = render(variant);
    if (message !== null) deliveries.push(deliveryOf(known, entry, variant, message));
  }
  return deliveries;
}

/** The original under its own identity when a dispatch passes it on, the decided message otherwise. */
function deliveryOf(
  known: KnownDecision,
  entry: DecisionEntry,
  variant: DecisionVariant,
  message: Message,
): Delivery {
  return {
    ...headerOf(known, entry),
    messageId: message.messageId,
    requestDigest: message.requestDigest,
    kind: message.kind,
    sender: message.sender.correspondent,
    variantId: variant.variantId,
    variantSha256: variant.sha256,
    message,
    notice: null,
  };
}

/**
 * A refusal names the sender's own message; a bare notice names the message that its reader holds. The recall of a
 * disclosure stands under the disclosure's own id, so that it is acknowledged apart from the recall of the message.
 */
function noticeOf(known: KnownDecision, entry: DecisionEntry): Delivery {
  const { decision, subjectId } = known;
  const held = decision.outcome === 'REFUSED' ? decision.messageId : (subjectId ?? decision.messageId);
  return {
    ...headerOf(known, entry),
    messageId: entry.about ?? decision.messageId,
    variantId: null,
    variantSha256: null,
    message: null,
    notice: {
      code: entry.noticeCode ?? 'unknown',
      messageId: entry.about ?? held,
      detailCodes: entry.reasons.flatMap(({ code }) =>
        code.startsWith(placePrefix) ? [code.slice(placePrefix.length)] : [],
      ),
    },
  };
}

function headerOf(
  { decision }: KnownDecision,
  { deliveryId, correspondent, role }: DecisionEntry,
): Omit<Delivery, 'variantId' | 'variantSha256' | 'message' | 'notice'> {
  return {
    deliveryId,
    decisionId: decision.decisionId,
    messageId: decision.messageId,
    requestDigest: decision.requestDigest,
    correspondent,
    role,
    lane: decision.lane,
    threadId: decision.threadId,
    kind: decision.kind,
    status: decision.status,
    sender: decision.sender,
    directoryRelease: decision.directoryRelease,
    decidedAt: decision.decidedAt,
  };
}
