import type { Decision, DecisionReason } from '@chappe/schemas';

/**
 * Whether a sender may know by name of somebody that its message reached. Of what opens a thread, and of a
 * dispatch, it knows all. A follow-up also goes to whoever got its original from a desk, and of these it does not:
 * to whom a desk passes something on is the desk's to know.
 */
export function isKnownToSender(
  { kind, messageId, threadId }: Pick<Decision, 'kind' | 'messageId' | 'threadId'>,
  reasons: readonly Pick<DecisionReason, 'code'>[],
): boolean {
  if (kind === 'DISPATCH' || messageId === threadId) return true;
  return !reasons.some(({ code }) => code === 'dispatched');
}
