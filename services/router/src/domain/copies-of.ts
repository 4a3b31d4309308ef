import type { Decision, DecisionEntry, DecisionVariant } from '@chappe/schemas';
import type { KnownDecision, ThreadMemory } from './thread-memory.ts';

/** One delivery of a message that a decision ordered, with the variant that it holds. */
export interface OrderedCopy {
  readonly decision: Decision;
  readonly entry: DecisionEntry;
  readonly variant: DecisionVariant;
}

/** Kinds that pass another message on; of service messages only a reroute has a subject. */
const passingOn = ['DISPATCH', 'SERVICE'] as const;

/**
 * Every copy of a message that the decisions recorded have ordered: by its own, then by the dispatches and the
 * reroutes of it. Bare notices are no copies.
 */
export function* copiesOf(memory: ThreadMemory, messageId: string): Generator<OrderedCopy> {
  const own = memory.accepted(messageId);
  if (own !== undefined) yield* copiesIn(own, null);
  for (const kind of passingOn) {
    for (const known of memory.followUps(messageId, kind)) yield* copiesIn(known, messageId);
  }
}

function* copiesIn({ decision }: KnownDecision, passedOn: string | null): Generator<OrderedCopy> {
  const variants = new Map(decision.variants.map((variant) => [variant.variantId, variant]));
  for (const entry of decision.entries) {
    const variant = entry.variantId === null ? undefined : variants.get(entry.variantId);
    if (variant !== undefined && variant.messageId === passedOn) yield { decision, entry, variant };
  }
}
