import type { DecisionEntry } from '@chappe/schemas';
import type { KnownDecision, ThreadMemory } from './thread-memory.ts';

/** A correspondent that was given a message, and why. */
export interface Holder {
  readonly correspondent: string;
  readonly role: 'ACTION' | 'INFORMATION' | 'SENDER';
  readonly reasonCodes: readonly string[];
}

/** Everyone that was given a message by the decisions recorded: its own, and the dispatches of it. */
export function holdersOf(memory: ThreadMemory, messageId: string): ReadonlyMap<string, Holder> {
  const holders = new Map<string, Holder>();
  const own = memory.accepted(messageId);
  if (own !== undefined) collect(holders, own, null);
  for (const dispatch of memory.followUps(messageId, 'DISPATCH')) collect(holders, dispatch, messageId);
  return holders;
}

/**
 * Everyone that a correction or cancellation of a message must reach: whoever was given the message or a
 * correction of it, by whatever path.
 */
export function everyHolderOf(memory: ThreadMemory, messageId: string): ReadonlyMap<string, Holder> {
  const holders = new Map(holdersOf(memory, messageId));
  for (const { decision } of memory.followUps(messageId, 'CORRECTION')) {
    for (const [correspondent, holder] of everyHolderOf(memory, decision.messageId)) {
      if (!holders.has(correspondent)) holders.set(correspondent, holder);
    }
  }
  return holders;
}

/** In which role, and without which paths, a correspondent was given a message; null when it was not. */
export function copyHeldBy(
  memory: ThreadMemory,
  messageId: string,
  correspondent: string,
): { readonly role: 'ACTION' | 'INFORMATION'; readonly withheld: readonly string[] } | null {
  const own = memory.accepted(messageId);
  const orders = [
    ...(own === undefined ? [] : [{ decision: own.decision, passedOn: null }]),
    ...memory.followUps(messageId, 'DISPATCH').map(({ decision }) => ({ decision, passedOn: messageId })),
  ];
  for (const { decision, passedOn } of orders) {
    const variants = new Map(decision.variants.map((variant) => [variant.variantId, variant]));
    for (const entry of decision.entries) {
      const variant = entry.variantId === null ? undefined : variants.get(entry.variantId);
      if (entry.correspondent !== correspondent || variant?.messageId !== passedOn) continue;
      if (entry.role === 'ACTION' || entry.role === 'INFORMATION') {
        return { role: entry.role, withheld: variant.withheld };
      }
    }
  }
  return null;
}

/** Whether a message is withdrawn: itself, or what it corrects. */
export function isCancelled(memory: ThreadMemory, messageId: string): boolean {
  if (memory.followUps(messageId, 'CANCELLATION').length > 0) return true;
  const known = memory.accepted(messageId);
  if (known?.decision.kind !== 'CORRECTION' || known.subjectId === null) return false;
  return isCancelled(memory, known.subjectId);
}

function collect(holders: Map<string, Holder>, { decision }: KnownDecision, passedOn: string | null): void {
  const variants = new Map(decision.variants.map((variant) => [variant.variantId, variant.messageId]));
  for (const entry of decision.entries) {
    if (entry.variantId === null || (variants.get(entry.variantId) ?? null) !== passedOn) continue;
    const role = roleOf(entry);
    if (role === null || holders.has(entry.correspondent)) continue;
    holders.set(entry.correspondent, {
      correspondent: entry.correspondent,
      role,
      reasonCodes: entry.reasons.map(({ code }) => code),
    });
  }
}

function roleOf({ role }: DecisionEntry): Holder['role'] | null {
  return role === 'ACTION' || role === 'INFORMATION' || role === 'SENDER' ? role : null;
}
