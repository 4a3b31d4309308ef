import type { DecisionReason } from '@chappe/schemas';
import type { ThreadMemory } from './thread-memory.ts';

/** Somebody that stood in for a suspended correspondent about a message. */
export interface StandIn {
  readonly correspondent: string;
  readonly suspended: string;
  readonly reasons: readonly DecisionReason[];
}

/** Who stood in for whom about a message, by the reroutes recorded, each pair once. */
export function whoStoodIn(memory: ThreadMemory, messageId: string): readonly StandIn[] {
  const found = new Map<string, StandIn>();
  for (const { decision } of memory.followUps(messageId, 'SERVICE')) {
    for (const { correspondent, role, reasons } of decision.entries) {
      const suspended = reasons.find(({ code }) => code === 'stands-in')?.correspondent ?? null;
      if (suspended === null || role === 'SENDER' || role === 'NOTICE') continue;
      const pair = `${correspondent} ${suspended}`;
      if (!found.has(pair)) found.set(pair, { correspondent, suspended, reasons });
    }
  }
  return [...found.values()];
}

/**
 * Those of them that somebody may know of who knows of `known`: whom it sees suspended it sees represented, and so on
 * where a stand-in was suspended in its turn.
 */
export function standInsKnownWith(standIns: readonly StandIn[], known: Iterable<string>): readonly StandIn[] {
  const visible = new Set(known);
  return standIns.filter(({ correspondent, suspended }) => {
    if (!visible.has(suspended)) return false;
    visible.add(correspondent);
    return true;
  });
}
