import type { KnownDecision, ThreadMemory } from './thread-memory.ts';

/**
 * What posts told local bodies of a message, or of a correction of it, by the DISCLOSUREs recorded; without those
 * that were cancelled because they proved to be recorded by mistake. A recall is owed for each of them.
 */
export function disclosuresOf(memory: ThreadMemory, messageId: string): readonly KnownDecision[] {
  const own = memory
    .followUps(messageId, 'DISCLOSURE')
    .filter(({ decision }) => memory.followUps(decision.messageId, 'CANCELLATION').length === 0);
  const ofCorrections = memory
    .followUps(messageId, 'CORRECTION')
    .flatMap(({ decision }) => disclosuresOf(memory, decision.messageId));
  return [...own, ...ofCorrections];
}
