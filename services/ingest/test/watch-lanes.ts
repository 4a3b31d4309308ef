import { setTimeout as sleep } from 'node:timers/promises';
import { createSink, headerText, type IncomingRecord, type KafkaSettings } from '@chappe/kafka';
import { decode, lanes, type Message, messageTopic } from '@chappe/schemas';

/** A message as it stands in its lane. */
export interface WatchedMessage {
  readonly message: Message;
  readonly topic: string;
  readonly key: string | null;
  header(name: string): string | undefined;
}

/** Follows the three lanes as the archive does. */
export interface LaneWatch {
  readonly seen: readonly WatchedMessage[];
  /** The records of one message, once there is at least one. */
  arrived(messageId: string): Promise<readonly WatchedMessage[]>;
  stop(): Promise<void>;
}

const silentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Opens a watch from the beginning of the lanes. */
export async function watchLanes(settings: KafkaSettings): Promise<LaneWatch> {
  const seen: WatchedMessage[] = [];
  const sink = createSink(settings, {
    group: 'archive',
    topics: lanes.map(messageTopic),
    readOffset: async (_topic, _partition, logStart) => logStart,
    apply: async (slice) => void seen.push(...slice.records.map(watched)),
    maxWaitMs: 50,
    log: silentLog,
  });
  await sink.start();
  const of = (messageId: string) => seen.filter(({ message }) => message.messageId === messageId);
  return {
    seen,
    async arrived(messageId) {
      for (let attempt = 0; attempt < 400; attempt++) {
        if (of(messageId).length > 0) return of(messageId);
        await sleep(25);
      }
      throw new Error(`message ${messageId} never arrived`);
    },
    stop: () => sink.stop(),
  };
}

function watched(record: IncomingRecord): WatchedMessage {
  const decoded = decode('Message', record.value);
  if (decoded.status !== 'decoded') throw new Error(`a record of ${record.topic} is ${decoded.status}`);
  return {
    message: decoded.value,
    topic: record.topic,
    key: record.key,
    header: (name) => headerText(record.headers, name),
  };
}
