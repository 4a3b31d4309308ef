import kafkajs from 'kafkajs';
import type { BenchStack } from './bench-stack.ts';

/** The floor of F3: micro-batched produce to consume, nothing in between. */
export interface RawPath {
  send(id: string, value: Buffer): void;
  stop(): Promise<void>;
}

const partitions = 6;

/** Opens a topic of its own; `onReceived` is told each id when its record is consumed. */
export async function openRawPath(
  { kafka: { brokers, username, password } }: BenchStack,
  topic: string,
  onReceived: (id: string) => void,
): Promise<RawPath> {
  const kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    sasl: { mechanism: 'plain', username, password },
    logLevel: kafkajs.logLevel.ERROR,
  });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }] });
  await admin.disconnect();
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100 });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic, fromBeginning: true });
  const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      for (const message of batch.messages) onReceived(String(message.key));
    },
  });
  await joined;

  let waiting: { key: string; value: Buffer }[] = [];
  let sending = false;
  const flush = async (): Promise<void> => {
    sending = true;
    while (waiting.length > 0) {
      const messages = waiting;
      waiting = [];
      await producer.send({ topic, acks: -1, messages });
    }
    sending = false;
  };
  return {
    send(key, value) {
      waiting.push({ key, value });
      if (!sending) void flush();
    },
    async stop() {
      await consumer.disconnect();
      await producer.disconnect();
    },
  };
}
