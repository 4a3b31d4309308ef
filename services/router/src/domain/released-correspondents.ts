import type { ThreadMemory } from './thread-memory.ts';

/** To whom the originator lets a message be passed on, by the RELEASE messages that still hold. */
export function releasedCorrespondents(
  memory: ThreadMemory,
  messageId: string,
  nowMs: number,
): ReadonlySet<string> {
  const granted = new Set<string>();
  for (const known of memory.followUps(messageId, 'RELEASE')) {
    if (isCancelledRelease(memory, known.decision.messageId)) continue;
    const release = known.original()?.release;
    if (release == null || (release.validUntil !== null && release.validUntil <= nowMs)) continue;
    // A later refusal takes back what an earlier release gave to the same correspondents, or to all.
    for (const correspondent of release.releaseTo) {
      if (release.granted) granted.add(correspondent);
      else granted.delete(correspondent);
    }
    if (!release.granted && release.releaseTo.length === 0) granted.clear();
  }
  return granted;
}

function isCancelledRelease(memory: ThreadMemory, messageId: string): boolean {
  return memory.followUps(messageId, 'CANCELLATION').length > 0;
}
