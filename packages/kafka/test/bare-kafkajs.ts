import net from 'node:net';
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import { clientRetry } from '../src/open-client.ts';
import type { KafkaSettings } from '../src/settings.ts';
import { until } from './read-topic.ts';

/** kafkajs as it comes, without this package's remedies, to show a defect beside its remedy. */
export function bareKafkajs(settings: KafkaSettings, changes: Partial<KafkaConfig> = {}): Kafka {
  return new kafkajs.Kafka({
    clientId: 'bare',
    brokers: [...settings.brokers],
    sasl: { mechanism: 'plain', username: settings.username ?? '', password: settings.password ?? '' },
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { ...clientRetry, initialRetryTime: 50 },
    ...changes,
  });
}

/** Connections that lose the answers to the next produce requests, after the broker has written the records. */
export interface LossyConnections {
  readonly socketFactory: NonNullable<KafkaConfig['socketFactory']>;
  loseAnswersToProduce(count: number): void;
}

const produceApiKey = 0;

/** Makes such connections: the answer is dropped and its connection closed, as when a network fails in between. */
export function lossyConnections(): LossyConnections {
  let toLose = 0;
  return {
    loseAnswersToProduce(count) {
      toLose = count;
    },
    socketFactory: ({ host, port, onConnect }) => {
      const socket = net.connect({ host, port }, onConnect);
      let losing = false;
      const { write, emit } = socket;
      Object.assign(socket, {
        write(...parameters: unknown[]) {
          const [request] = parameters;
          // A request is its length, then the key of its kind.
          if (Buffer.isBuffer(request) && request.length > 6 && request.readInt16BE(4) === produceApiKey) {
            losing = toLose > 0;
            if (losing) toLose -= 1;
          }
          return Reflect.apply(write, socket, parameters);
        },
        emit(event: string, ...parameters: unknown[]) {
          if (event === 'data' && losing) {
            socket.destroy(Object.assign(new Error('connection lost'), { code: 'ECONNRESET' }));
            return true;
          }
          return Reflect.apply(emit, socket, [event, ...parameters]);
        },
      });
      return socket;
    },
  };
}

/** Runs `act` with an administrator's connection. */
export async function asAdmin<T>(
  settings: KafkaSettings,
  act: (admin: ReturnType<Kafka['admin']>) => Promise<T>,
): Promise<T> {
  const admin = bareKafkajs(settings).admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Makes a topic outside of the table, and waits until the brokers know all of its leaders. */
export async function makeTopic(settings: KafkaSettings, name: string, partitions = 1): Promise<string> {
  const topic = `${settings.topicPrefix}${name}`;
  await asAdmin(settings, async (admin) => {
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: partitions }] });
    // kafkajs's own wait fails while the new topic is not yet known to the broker that it asks.
    await until('the topic has its leaders', async () => {
      try {
        const offsets = await admin.fetchTopicOffsets(topic);
        return offsets.length === partitions;
      } catch {
        return false;
      }
    });
  });
  return topic;
}
