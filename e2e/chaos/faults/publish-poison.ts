import type { Admin } from 'kafkajs';
import { waitUntil } from '../../harness/wait-until.ts';
import type { Random } from '../nemesis/seeded-random.ts';
import { bareClient } from './bare-client.ts';
import { type Fault, PromiseBroken } from './fault.ts';

const perTopic = 4;
const buriedWithinMs = 120_000;

/** Far above every id that this release or the next could know: nobody waits for the release that reads it. */
const absurdSchemaId = 2_000_000_000;

/**
 * Bytes that no release could read, straight into the topics under a principal that may: each must become a dead
 * letter of every group that reads it, and nothing behind it may wait.
 */
export const publishPoison: Fault = {
  kind: 'publish-poison',
  title: 'poison records in the lanes of messages and deliveries',
  touches: ['router', 'mailbox', 'archive'],
  needs: ['kafka', 'postgres', 'router', 'mailbox', 'archive'],
  leastHoldMs: 0,
  mostHoldMs: 0,
  brokers: 1,
  async run({ stack, random, signal }) {
    const lane = random.pick(['flash', 'urgent', 'routine']);
    const readers = new Map([
      [`message.${lane}.v1`, [`router.${lane}.dlq.v1`, 'archive.dlq.v1']],
      [`delivery.${lane}.v1`, [`mailbox.${lane}.dlq.v1`]],
    ]);
    const kafka = bareClient(stack, 'admin');
    const admin = kafka.admin();
    const producer = kafka.producer({ allowAutoTopicCreation: false, retry: { retries: 5 } });
    await Promise.all([admin.connect(), producer.connect()]);
    try {
      const dlqs = [...readers.values()].flat();
      const before = await lengths(admin, dlqs);
      for (const topic of readers.keys()) {
        const messages = Array.from({ length: perTopic }, (_, index) => ({
          key: random.next() < 0.2 ? null : `poison ${random.integer(1_000)}`,
          value: poison(random, index),
        }));
        await producer.send({ topic, acks: -1, messages });
      }
      const missing = await waitUntil(
        'the dead letters',
        async () => {
          if (signal.aborted) return [];
          const now = await lengths(admin, dlqs);
          return dlqs.every((dlq) => (now.get(dlq) ?? 0) - (before.get(dlq) ?? 0) >= perTopic)
            ? []
            : undefined;
        },
        buriedWithinMs,
      ).catch(() => dlqs);
      if (missing.length > 0) {
        const now = await lengths(admin, dlqs);
        const counts = dlqs.map((dlq) => `${dlq} ${(now.get(dlq) ?? 0) - (before.get(dlq) ?? 0)}`).join(', ');
        throw new PromiseBroken(
          `${perTopic} poison records were not all buried within two minutes: ${counts}`,
        );
      }
      return `${perTopic} poison records each in ${[...readers.keys()].join(' and ')}: all became dead letters`;
    } finally {
      await Promise.allSettled([admin.disconnect(), producer.disconnect()]);
    }
  },
};

/** The four ways of being unreadable, in turn. */
function poison(random: Random, index: number): Buffer {
  const noise = Buffer.from(Array.from({ length: 1 + random.integer(300) }, () => random.integer(256)));
  switch (index % 4) {
    case 0:
      // Any first byte but that of the framing.
      return Buffer.concat([Buffer.from([1 + random.integer(255)]), noise]);
    case 1:
      return Buffer.concat([framed(absurdSchemaId), noise]);
    case 2:
      // The first version of a record that every release knows, followed by bytes that are none.
      return Buffer.concat([framed(1), noise]);
    default:
      return Buffer.from([0, 0]);
  }
}

function framed(schemaId: number): Buffer {
  const header = Buffer.alloc(5);
  header.writeInt32BE(schemaId, 1);
  return header;
}

/** How many records each topic ever held. */
async function lengths(admin: Admin, topics: readonly string[]): Promise<Map<string, number>> {
  const found = await Promise.all(
    topics.map(async (topic) => {
      const partitions = await admin.fetchTopicOffsets(topic);
      return [topic, partitions.reduce((sum, { high }) => sum + Number(high), 0)] as const;
    }),
  );
  return new Map(found);
}
