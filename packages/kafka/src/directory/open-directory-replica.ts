import { randomUUID } from 'node:crypto';
import {
  applyDirectoryRecord,
  currentSnapshot,
  type DirectorySnapshot,
  emptyReplica,
  type ReplicaState,
} from '@chappe/directory';
import { decode, directoryGroupPrefix, directoryTopic, type ServiceName } from '@chappe/schemas';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { disconnectQuietly } from '../disconnect-quietly.ts';
import { failureCode } from '../failure-code.ts';
import type { Log } from '../log.ts';
import { clientRetry, openClient } from '../open-client.ts';
import type { KafkaSettings } from '../settings.ts';
import { readLogBounds } from '../sink/log-bounds.ts';

/** How a replica of the directory is opened. */
export interface DirectoryReplicaOptions {
  /** Stands in the name of the replica's own group, by which operators know it. */
  instanceId: string;
  service: ServiceName;
  /** Called after each release that was applied, the first one included. */
  onChange?(snapshot: DirectorySnapshot): void;
  /** Called once when the replica can follow no more; the process should exit, to be started afresh. */
  onFailure?(error: Error): void;
  /** How long to wait for a complete release; without it, until there is one. */
  timeoutMs?: number;
  maxWaitMs?: number;
  /** What one fetch may bring. */
  maxFetchBytes?: number;
  log: Log;
}

/** The state of a replica, for its operators. */
export interface DirectoryReplicaHealth {
  ready: boolean;
  release: number | null;
  /** Why the last record that was not applied was refused; null when all is well. */
  refused: string | null;
  failed: string | null;
}

/** The directory as this process knows it. */
export interface DirectoryReplica {
  /** The latest complete release. */
  current(): DirectorySnapshot;
  ready(): boolean;
  health(): DirectoryReplicaHealth;
  close(): Promise<void>;
}

/** No complete release was there in time. */
export class DirectoryUnavailable extends Error {
  override readonly name = 'DirectoryUnavailable';
  readonly code = 'DIRECTORY_UNAVAILABLE';
}

/**
 * Reads `directory.v1` from its beginning to the end it had when this began, then follows it. Resolves once a
 * release is complete at that end: an older release, passed on the way, is never served.
 */
export async function openDirectoryReplica(
  settings: KafkaSettings,
  options: DirectoryReplicaOptions,
): Promise<DirectoryReplica> {
  const { log } = options;
  const topic = settings.topicPrefix + directoryTopic;
  const kafka = openClient(settings, { log });
  const consumer = openConsumer(kafka, settings, options);
  let state: ReplicaState = emptyReplica();
  let next: bigint | undefined;
  let end: bigint | undefined;
  let refused: string | null = null;
  let failure: Error | undefined;
  let closing = false;
  let served: DirectorySnapshot | undefined;
  let onReady: () => void = () => undefined;
  let onFailed: (error: Error) => void = () => undefined;

  /** Serves what is applied, but nothing before the end is reached. */
  function serve(): void {
    const snapshot = currentSnapshot(state);
    if (snapshot === undefined || snapshot === served) return;
    if (end === undefined || next === undefined || next < end) return;
    served = snapshot;
    log.info({ release: snapshot.release, topic: directoryTopic }, 'directory release applied');
    options.onChange?.(snapshot);
    onReady();
  }

  function applyValue(value: Buffer | null, offset: bigint): void {
    // A tombstone of the compacted topic removes a record of an old release: nothing to apply.
    if (value === null) return;
    const decoded = decode('DirectoryRecord', value);
    if (decoded.status !== 'decoded') {
      refused = decoded.status === 'newer' ? `SCHEMA_${decoded.schemaId}` : decoded.code;
      log.error({ topic: directoryTopic, offset, code: refused }, 'directory record not readable');
      return;
    }
    const step = applyDirectoryRecord(state, decoded.value);
    state = step.state;
    if (step.event === 'applied') refused = null;
    if (step.event !== 'refused') return;
    refused = step.reason ?? 'refused';
    log.error(
      { topic: directoryTopic, offset, release: decoded.value.release, reason: refused },
      'record refused',
    );
  }

  async function eachBatch({ batch }: EachBatchPayload): Promise<void> {
    for (const message of batch.messages) {
      const offset = BigInt(message.offset);
      if (next !== undefined && offset < next) continue;
      applyValue(message.value, offset);
      next = offset + 1n;
    }
    const after = BigInt(batch.lastOffset()) + 1n;
    if (next === undefined || after > next) next = after;
    serve();
  }

  function fail(error: Error): void {
    if (failure !== undefined || closing) return;
    failure = error;
    log.error({ err: error, code: failureCode(error) }, 'directory replica cannot go on');
    options.onFailure?.(error);
    onFailed(error);
  }

  // Nothing is ever committed, so each join would begin again at the start.
  consumer.on(consumer.events.GROUP_JOIN, () => {
    if (next !== undefined) consumer.seek({ topic, partition: 0, offset: next.toString() });
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (!payload.restart) fail(payload.error);
  });

  async function close(): Promise<void> {
    closing = true;
    await disconnectQuietly(consumer, log);
  }

  const becomesReady = new Promise<void>((resolve, reject) => {
    onReady = resolve;
    onFailed = reject;
  });
  // It is awaited below, after other things that may fail first: a rejection until then is not unhandled.
  void Promise.allSettled([becomesReady]);
  try {
    const bounds = (await readLogBounds(kafka, [topic], log))(topic, 0);
    if (bounds === undefined) throw new DirectoryUnavailable(`${directoryTopic} does not exist`);
    end = bounds.end;
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch });
    await withTimeout(becomesReady, options.timeoutMs);
  } catch (error) {
    await close();
    throw error;
  }

  return {
    current() {
      if (served === undefined) throw new DirectoryUnavailable('no complete release of the directory');
      return served;
    },
    ready: () => served !== undefined && failure === undefined,
    health: () => ({
      ready: served !== undefined && failure === undefined,
      release: served?.release ?? null,
      refused,
      failed: failure?.message ?? null,
    }),
    close,
  };
}

function openConsumer(kafka: Kafka, settings: KafkaSettings, options: DirectoryReplicaOptions): Consumer {
  return kafka.consumer({
    // New at each start: in the group of a killed predecessor one would wait for its session to end.
    groupId: `${settings.topicPrefix}${directoryGroupPrefix(options.service)}${options.instanceId}.${randomUUID()}`,
    maxWaitTimeInMs: options.maxWaitMs ?? 1_000,
    minBytes: 1,
    maxBytes: options.maxFetchBytes ?? 4 * 1024 * 1024,
    maxBytesPerPartition: options.maxFetchBytes ?? 1024 * 1024,
    sessionTimeout: 30_000,
    rebalanceTimeout: 30_000,
    heartbeatInterval: 5_000,
    allowAutoTopicCreation: false,
    metadataMaxAge: 300_000,
    retry: { ...clientRetry },
  });
}

async function withTimeout(work: Promise<void>, timeoutMs: number | undefined): Promise<void> {
  if (timeoutMs === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const late = (): void => reject(new DirectoryUnavailable('no complete release of the directory in time'));
    timer = setTimeout(late, timeoutMs);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
