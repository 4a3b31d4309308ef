import type { Stack } from '@chappe/local';
import { bareClient } from '../faults/bare-client.ts';

const lanes = ['flash', 'urgent', 'routine'];
const groups: readonly { readonly group: string; readonly topics: readonly string[] }[] = [
  ...lanes.map((lane) => ({ group: `router.${lane}`, topics: [`message.${lane}.v1`] })),
  ...lanes.map((lane) => ({ group: `mailbox.${lane}`, topics: [`delivery.${lane}.v1`] })),
  {
    group: 'archive',
    topics: [...lanes.map((lane) => `message.${lane}.v1`), 'decision.v1', 'receipt.v1', 'audit.v1'],
  },
];

/** Records written that router, mailbox and archive have not read yet, all together. */
export interface LagMeter {
  /** Undefined while the brokers do not say. */
  measure(): Promise<number | undefined>;
  stop(): Promise<void>;
}

/** Opens a meter of its own connection; what is committed to Kafka serves exactly such tools. */
export async function openLagMeter(stack: Stack): Promise<LagMeter> {
  const admin = bareClient(stack, 'admin').admin();
  await admin.connect();
  async function lagOf(group: string, topics: readonly string[]): Promise<number> {
    const committed = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
    let lag = 0;
    for (const { topic, partitions } of committed) {
      const next = new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        lag += Number(high) - Math.max(0, next.get(partition) ?? 0);
      }
    }
    return lag;
  }
  return {
    async measure() {
      try {
        const lags = await Promise.all(groups.map(({ group, topics }) => lagOf(group, topics)));
        return lags.reduce((sum, lag) => sum + lag, 0);
      } catch {
        // A figure for people: its absence says enough.
        return undefined;
      }
    },
    async stop() {
      await admin.disconnect();
    },
  };
}
