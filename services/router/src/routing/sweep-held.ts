import type { RoutingContext } from '../domain/decide-message.ts';
import { decideSlice, type SliceDecision } from '../domain/decide-slice.ts';
import { scopeOfThreads } from '../domain/thread-scope.ts';
import type { DecisionStore } from './route-slice.ts';

/** Threads in which a message has waited for too long. */
export type FindOverdueThreads = (beforeMs: number, limit: number) => Promise<readonly string[]>;

const batchSize = 50;

/**
 * Ends the waits that are overdue: what can be decided now is decided, the rest refused. Its publication is
 * left pending. Answers how many messages wait no more.
 */
export async function sweepHeld(
  findOverdue: FindOverdueThreads,
  store: Pick<DecisionStore, 'decide'>,
  context: RoutingContext,
  onSwept?: (outcome: SliceDecision) => void,
): Promise<number> {
  const threads = await findOverdue(context.nowMs, batchSize);
  if (threads.length === 0) return 0;
  const outcome = await store.decide(scopeOfThreads(threads), (known) =>
    decideSlice([], known, context, { threads, giveUpBeforeMs: context.nowMs }),
  );
  onSwept?.(outcome);
  return outcome.released.length;
}
