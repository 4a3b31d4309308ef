import type { DirectorySnapshot } from '@chappe/directory';
import type { Decision } from '@chappe/schemas';
import type { ThreadMemory } from './thread-memory.ts';

/**
 * Who leads a thread and may close it, from its decisions alone; null when the thread is unknown. The desk that
 * opened it; else the first desk that got its opening message for action (named before found, then by code), or
 * for information; else whoever opened it. A lead desk hands over by dispatching the opening message to another
 * desk for action. For a lead desk that is suspended the duty desk leads.
 */
export function leadDeskOf(
  memory: ThreadMemory,
  threadId: string,
  directory: Pick<DirectorySnapshot, 'correspondents' | 'dutyDesk'>,
): string | null {
  const opening = memory.accepted(threadId)?.decision;
  if (opening === undefined) return null;
  const isDesk = (code: string): boolean => directory.correspondents.get(code)?.type === 'DESK';
  let lead = isDesk(opening.sender)
    ? opening.sender
    : (firstServed(opening, 'ACTION', isDesk) ??
      firstServed(opening, 'INFORMATION', isDesk) ??
      opening.sender);
  const dispatches = memory
    .followUps(opening.messageId, 'DISPATCH')
    .toSorted((a, b) => a.decision.decidedAt - b.decision.decidedAt);
  for (const { decision } of dispatches) {
    if (decision.sender !== lead || memory.followUps(decision.messageId, 'CANCELLATION').length > 0) continue;
    lead = firstServed(decision, 'ACTION', (code) => isDesk(code) && code !== decision.sender) ?? lead;
  }
  return directory.correspondents.get(lead)?.suspended === true && isDesk(lead) ? directory.dutyDesk : lead;
}

function firstServed(
  { entries }: Decision,
  role: 'ACTION' | 'INFORMATION',
  admits: (correspondent: string) => boolean,
): string | undefined {
  const served = entries.filter((entry) => entry.role === role && admits(entry.correspondent));
  const named = served.find(({ reasons }) => reasons.some(({ code }) => code.startsWith('named-')));
  return (named ?? served[0])?.correspondent;
}
