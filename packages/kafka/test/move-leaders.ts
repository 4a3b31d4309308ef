import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, PartitionMetadata } from 'kafkajs';
import { answeringFirst } from '../src/answering-first.ts';
import { disconnectQuietly } from '../src/disconnect-quietly.ts';
import { openClient } from '../src/open-client.ts';
import type { KafkaSettings } from '../src/settings.ts';
import { recordingLog, until } from './read-topic.ts';

/** What a test does to the leaders of a cluster. */
export interface ClusterHand {
  partitions(topic: string): Promise<PartitionMetadata[]>;
  /** Waits until every partition has all its copies in sync. */
  inSync(topics: readonly string[]): Promise<void>;
  /** Puts the copies of a partition on these brokers; the first that is in sync leads once the others are gone. */
  place(topic: string, partition: number, replicas: readonly number[]): Promise<void>;
  /** Makes another broker lead, by leaving the present leader out for a moment. */
  moveLeader(topic: string, partition: number): Promise<void>;
  close(): Promise<void>;
}

const all = [1, 2, 3];

/** Opens a hand on a cluster of three, as its administrator. */
export function openHand(settings: KafkaSettings): ClusterHand {
  const log = recordingLog();
  let opened: Admin | undefined;

  async function hand(): Promise<Admin> {
    if (opened !== undefined) return opened;
    const admin = openClient(await answeringFirst(settings, log), { log, requestTimeoutMs: 4_000 }).admin();
    await admin.connect();
    opened = admin;
    return admin;
  }

  /** Asks another broker when the one that was asked does not answer. */
  async function partitions(topic: string): Promise<PartitionMetadata[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { topics } = await (await hand()).fetchTopicMetadata({ topics: [topic] });
        return topics[0]?.partitions ?? [];
      } catch (error) {
        if (attempt > 30) throw error;
        if (opened !== undefined) void disconnectQuietly(opened, log);
        opened = undefined;
        await sleep(500);
      }
    }
  }

  async function place(topic: string, partition: number, replicas: readonly number[]): Promise<void> {
    const admin = await hand();
    await admin.alterPartitionReassignments({
      topics: [{ topic, partitionAssignment: [{ partition, replicas: [...replicas] }] }],
    });
    await until(`${topic}/${partition} lies on ${replicas}`, async () => {
      const found = (await partitions(topic)).find(({ partitionId }) => partitionId === partition);
      return (
        found !== undefined &&
        replicas.length === found.isr.length &&
        found.replicas.join() === replicas.join()
      );
    });
  }

  return {
    partitions,
    place,
    async inSync(topics) {
      for (const topic of topics) {
        await until(
          `${topic} is in sync`,
          async () =>
            (await partitions(topic)).every(({ isr, leader }) => leader >= 1 && isr.length === all.length),
          60_000,
        );
      }
    },
    async moveLeader(topic, partition) {
      const found = (await partitions(topic)).find(({ partitionId }) => partitionId === partition);
      const leader = found?.leader ?? 1;
      const others = all.filter((broker) => broker !== leader);
      await place(topic, partition, others);
      await place(topic, partition, [...others, leader]);
    },
    async close() {
      await opened?.disconnect();
    },
  };
}
