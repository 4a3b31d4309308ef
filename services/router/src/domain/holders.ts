import type { DecisionEntry } from '@chappe/schemas';
import { copiesOf } from './copies-of.ts';
import type { ThreadMemory } from './thread-memory.ts';

/** A correspondent that was given a message, and why. */
export interface Holder {
  readonly correspondent: string;
  readonly role: 'ACTION' | 'INFORMATION' | 'SENDER';
  readonly reasonCodes: readonly string[];
}

/** Everyone that was given a message by the decisions recorded: its own, its dispatches and its reroutes. */
export function holdersOf(memory: ThreadMemory, messageId: string): ReadonlyMap<string, Holder> {
  const holders = new Map<string, Holder>();
  for (const { entry } of copiesOf(memory, messageId)) {
    const role = roleOf(entry);
    if (role === null || holders.has(entry.correspondent)) continue;
    holders.set(entry.correspondent, {
      correspondent: entry.correspondent,
      role,
      reasonCodes: entry.reasons.map(({ code }) => code),
    });
  }
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
  for (const { entry, variant } of copiesOf(memory, messageId)) {
    if (entry.correspondent !== correspondent) continue;
    if (entry.role === 'ACTION' || entry.role === 'INFORMATION') {
      return { role: entry.role, withheld: variant.withheld };
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

function roleOf({ role }: DecisionEntry): Holder['role'] | null {
  return role === 'ACTION' || role === 'INFORMATION' || role === 'SENDER' ? role : null;
}
