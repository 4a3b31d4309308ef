import type { Message } from '@chappe/schemas';
import type { ThreadMemory } from './thread-memory.ts';

/**
 * To whom the originator lets a message be passed on, with the parts that it is about, as paths; none means all
 * of it.
 */
export type Releases = ReadonlyMap<string, readonly string[]>;

/** A path that leads nowhere: it opens nothing. */
const noPart = 'none';

/**
 * To whom the originator lets a message be passed on, by the RELEASE messages that still hold. A release opens
 * what the request that it answers asked for; several open what each of them does. Purpose and conditions are
 * words, which bind whoever passes the message on.
 */
export function releasedCorrespondents(memory: ThreadMemory, messageId: string, nowMs: number): Releases {
  const granted = new Map<string, readonly string[]>();
  for (const known of memory.followUps(messageId, 'RELEASE')) {
    if (isCancelledRelease(memory, known.decision.messageId)) continue;
    const message = known.original();
    const release = message?.release;
    if (message == null || release == null) continue;
    if (release.validUntil !== null && release.validUntil <= nowMs) continue;
    // A later refusal takes back what an earlier release gave to the same correspondents, or to all.
    for (const correspondent of release.releaseTo) {
      if (release.granted)
        granted.set(correspondent, both(granted.get(correspondent), partsOf(message, memory)));
      else granted.delete(correspondent);
    }
    if (!release.granted && release.releaseTo.length === 0) granted.clear();
  }
  return granted;
}

/** What was asked for. A request whose content is gone asked for nothing that anybody could still know. */
function partsOf({ inReplyTo }: Message, memory: ThreadMemory): readonly string[] {
  const answered = memory.accepted(inReplyTo ?? '');
  if (answered?.decision.kind !== 'RELEASE_REQUEST') return [];
  return answered.original()?.releaseRequest?.scope ?? [noPart];
}

function both(before: readonly string[] | undefined, parts: readonly string[]): readonly string[] {
  if (before === undefined) return parts;
  return before.length === 0 || parts.length === 0 ? [] : [...before, ...parts];
}

function isCancelledRelease(memory: ThreadMemory, messageId: string): boolean {
  return memory.followUps(messageId, 'CANCELLATION').length > 0;
}
