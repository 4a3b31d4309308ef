import type { Message } from '@chappe/schemas';
import { holdersOf } from './holders.ts';
import { type Reference, referencesOf } from './message-references.ts';
import type { KnownDecision, ThreadMemory } from './thread-memory.ts';

/** Whether everything that a message refers to may be referred to by its sender. */
export function areReferencesUsable(message: Message, memory: ThreadMemory): boolean {
  return unusableReferences(message, memory).length === 0;
}

/**
 * Where a message refers to what its sender may not refer to. The answer does not say what is amiss there: absent
 * and forbidden must look alike to whoever probes.
 */
export function unusableReferences(message: Message, memory: ThreadMemory): readonly Reference['place'][] {
  return referencesOf(message)
    .filter((reference) => !isUsable(reference, message, memory))
    .map(({ place }) => place);
}

function isUsable(reference: Reference, message: Message, memory: ThreadMemory): boolean {
  const known = memory.accepted(reference.messageId);
  return (
    known !== undefined &&
    known.decision.threadId === message.threadId &&
    known.decision.status === message.status &&
    (reference.requestDigest === null || reference.requestDigest === known.decision.requestDigest) &&
    hasStanding(reference, message.sender.correspondent, known, memory)
  );
}

function hasStanding(
  { standing, messageId }: Reference,
  sender: string,
  known: KnownDecision,
  memory: ThreadMemory,
): boolean {
  // Who may order a reroute is judged before anything that it refers to is looked at.
  if (standing === 'SYSTEM') return true;
  if (standing === 'AUTHOR') return known.decision.sender === sender;
  return holdersOf(memory, messageId).has(sender);
}
