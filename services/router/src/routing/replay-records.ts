import type { RecordsToApply } from '@chappe/kafka';
import { decideSlice, type SliceDecision } from '../domain/decide-slice.ts';
import type { KnownDecision } from '../domain/thread-memory.ts';
import { scopeOf } from '../domain/thread-scope.ts';
import type { RouteSlicePorts } from './route-slice.ts';

/** Forgets that these decisions wait for their publication. */
export type ForgetPending = (published: readonly KnownDecision[]) => Promise<void>;

/**
 * Routes records that are read again, out of their order: decide and record, publish. No offset stands for them,
 * so whatever is to be published is recorded as pending with the decision; after a crash the relay publishes it.
 */
export function createRecordReplay(
  ports: RouteSlicePorts & { readonly forgetPending: ForgetPending },
): (records: RecordsToApply) => Promise<void> {
  const { lane, store, publisher, bounds, forgetPending } = ports;
  return async ({ records }) => {
    const arrivals = records.map((record) => ports.readMessage(record, lane));
    const context = { directory: ports.directory(), nowMs: ports.nowMs(), ...bounds };
    let released: readonly KnownDecision[] = [];
    const outcome = await store.decide(scopeOf(arrivals), (known) => {
      const decided = decideSlice(arrivals, known, context);
      released = decided.released;
      return { ...decided, released: [...decided.released, ...decided.publish] };
    });
    try {
      await publisher.publish(outcome.publish, outcome.findOriginal);
    } catch (error) {
      if (!(error instanceof Error && Reflect.get(error, 'transient') === false)) return report(outcome);
      // What can never be published must not stand in the relay's way; what was owed before stays owed.
      await forgetPending(outcome.publish.filter((known) => !outcome.owed.includes(known)));
      throw error;
    }
    await forgetPending(outcome.publish);
    report({ ...outcome, released });
  };

  function report(outcome: SliceDecision): void {
    ports.onRouted?.(outcome, lane);
  }
}
