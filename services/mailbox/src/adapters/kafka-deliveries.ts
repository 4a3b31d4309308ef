import { decodeRecord, PauseUntilUpgrade, PoisonRecord, type RecordsToApply } from '@chappe/kafka';
import type { Correspondent, Delivery } from '@chappe/schemas';
import type { InboxItem } from '../domain/inbox-item.ts';
import { planSlice } from '../domain/plan-slice.ts';
import { verifyDelivery } from '../domain/verify-delivery.ts';
import type { ApplySlice } from './postgres-apply-slice.ts';

/** The correspondents of a directory release, once this replica has it. */
export type CorrespondentsAt = (release: number) => Promise<ReadonlyMap<string, Correspondent>>;

/** What a slice causes and settles of what is owed. */
export type OwedBySlice = (
  deliveries: readonly Delivery[],
  nowMs: number,
) => Pick<Parameters<ApplySlice>[0], 'deadlines' | 'settlements'>;

/**
 * Applies records of one lane: decodes, verifies each delivery against the directory that its decision
 * names, stores, then hands on what was committed. `onCommitted` must not throw: by then the slice is done.
 */
export function createDeliveryHandler(options: {
  group: string;
  correspondentsAt: CorrespondentsAt;
  applySlice: ApplySlice;
  owedBy: OwedBySlice;
  onCommitted(items: readonly InboxItem[]): void;
  nowMs(): number;
}): (records: RecordsToApply) => Promise<void> {
  return async ({ topic, partition, records, move }) => {
    const deliveries = records.map((record) => decodeRecord('Delivery', record));
    for (const delivery of deliveries) await verify(delivery, options.correspondentsAt);
    const atMs = options.nowMs();
    const items = await options.applySlice({
      offset: { group: options.group, topic, partition },
      move,
      plan: planSlice(deliveries),
      atMs,
      ...options.owedBy(deliveries, atMs),
    });
    options.onCommitted(items);
  };
}

async function verify(delivery: Delivery, correspondentsAt: CorrespondentsAt): Promise<void> {
  const correspondents = await correspondentsAt(delivery.directoryRelease);
  const verdict = verifyDelivery(delivery, correspondents.get(delivery.correspondent));
  if (verdict.status === 'newer') throw new PauseUntilUpgrade(verdict.code);
  if (verdict.status === 'refused') throw new PoisonRecord(verdict.code);
}
