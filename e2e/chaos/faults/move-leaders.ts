import type { Admin } from 'kafkajs';
import { waitUntil } from '../../harness/wait-until.ts';
import { bareClient } from './bare-client.ts';
import type { Fault } from './fault.ts';
import { hold } from './hold.ts';

interface Placed {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
}

/**
 * Takes the leader of every partition of a lane out of its replicas, so that another must lead, and adds it again
 * at the end of the list: leaders move while records are under way, and nobody is down.
 */
export const moveLeaders: Fault = {
  kind: 'move-leaders',
  title: 'leaders of a lane moved to other brokers',
  touches: ['kafka'],
  needs: [],
  leastHoldMs: 500,
  mostHoldMs: 3_000,
  brokers: 3,
  async run({ stack, random, holdMs, signal }) {
    const lane = random.pick(['flash', 'urgent', 'routine']);
    const topics = [`message.${lane}.v1`, `delivery.${lane}.v1`, 'decision.v1'];
    const admin = bareClient(stack, 'admin').admin();
    await admin.connect();
    try {
      const before = await placedNow(admin, topics);
      const rotated = before.map(({ replicas, ...at }) => ({ ...at, replicas: rotate(replicas) }));
      try {
        await reassign(
          admin,
          rotated.map(({ replicas, ...at }) => ({ ...at, replicas: replicas.slice(0, -1) })),
        );
        await hold(holdMs, signal);
      } finally {
        await reassign(admin, rotated);
      }
      return `${rotated.length} leaders of ${topics.join(', ')} moved, and ${holdMs} ms later had their replicas back`;
    } finally {
      await admin.disconnect();
    }
  },
};

/** The leader first, whoever was preferred: it is the one to be moved. */
async function placedNow(admin: Admin, topics: readonly string[]): Promise<Placed[]> {
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics] });
  return found.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionId, leader, replicas }) => ({
      topic: name,
      partition: partitionId,
      replicas: [leader, ...replicas.filter((replica) => replica !== leader)],
    })),
  );
}

const rotate = (replicas: readonly number[]): number[] => [...replicas.slice(1), ...replicas.slice(0, 1)];

async function reassign(admin: Admin, placed: readonly Placed[]): Promise<void> {
  const topics = [...Map.groupBy(placed, ({ topic }) => topic)].map(([topic, own]) => ({
    topic,
    partitionAssignment: own.map(({ partition, replicas }) => ({ partition, replicas: [...replicas] })),
  }));
  await admin.alterPartitionReassignments({ topics });
  await waitUntil(
    'the new replicas in sync',
    async () => {
      const { topics: under } = await admin.listPartitionReassignments({});
      return under.length === 0 ? true : undefined;
    },
    60_000,
  );
}
