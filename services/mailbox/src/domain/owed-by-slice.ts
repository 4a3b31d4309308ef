import type { Delivery } from '@chappe/schemas';
import type { Deadline } from './deadline.ts';
import { type DeadlineGrounds, deadlinesOf } from './deadlines-of.ts';
import { type Settlement, settlementOf } from './settle-deadline.ts';

/** What a slice of deliveries causes and settles of what is owed. */
export interface OwedBySlice {
  /** Each with the delivery that causes it. */
  readonly deadlines: readonly (readonly [deliveryId: string, deadline: Deadline])[];
  readonly settlements: readonly Settlement[];
}

/** Collects both, each settlement once. */
export function owedBySlice(deliveries: readonly Delivery[], grounds: DeadlineGrounds): OwedBySlice {
  const deadlines = deliveries.flatMap((delivery) =>
    deadlinesOf(delivery, grounds).map((deadline) => [delivery.deliveryId, deadline] as const),
  );
  const settlements = new Map<string, Settlement>();
  for (const delivery of deliveries) {
    const settlement = settlementOf(delivery);
    if (settlement === null) continue;
    settlements.set(`${settlement.correspondent} ${settlement.messageId} ${settlement.cause}`, settlement);
  }
  return { deadlines, settlements: [...settlements.values()] };
}
