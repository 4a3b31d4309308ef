import { markingsOf } from '@chappe/policy';
import type { Message } from '@chappe/schemas';
import { type Releases, releasedCorrespondents } from './released-correspondents.ts';
import type { ThreadMemory } from './thread-memory.ts';

/**
 * A message as policy judges it. What corrects a partner's information is that partner's information, whether or
 * not its sender says so again: otherwise a correction would tell whoever holds the tear line, or a variant of a
 * time before, what the original kept from it.
 */
export function underThirdPartyRule(message: Message, memory: ThreadMemory): Message {
  const corrected = correctedBy(message, memory);
  if (corrected === null || isPartners(message)) return message;
  const original = underThirdPartyRule(corrected, memory);
  return isPartners(original) ? { ...message, provenance: original.provenance } : message;
}

/** To whom the originator lets a message go: the message itself, or what it corrects. */
export function releasesOf(message: Message, memory: ThreadMemory, nowMs: number): Releases {
  const own = releasedCorrespondents(memory, message.messageId, nowMs);
  return new Map([...releasesOfCorrected(message, memory, nowMs), ...own]);
}

/** To whom a correction may go because the originator let go what it corrects. */
export function releasesOfCorrected(message: Message, memory: ThreadMemory, nowMs: number): Releases {
  const corrected = correctedBy(message, memory);
  return corrected === null ? new Map() : releasesOf(corrected, memory, nowMs);
}

function correctedBy({ kind, supersedes }: Message, memory: ThreadMemory): Message | null {
  if (kind !== 'CORRECTION' || supersedes === null) return null;
  return memory.accepted(supersedes)?.original() ?? null;
}

function isPartners(message: Message): boolean {
  return markingsOf(message, '').thirdPartyRule;
}
