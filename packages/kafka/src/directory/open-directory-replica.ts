import { randomUUID } from 'node:crypto';
import {
  applyDirectoryRecord,
  currentSnapshot,
  type DirectorySnapshot,
  emptyReplica,
  type ReplicaState,
} from '@chappe/directory';
import { decode, directoryGroupPrefix, directoryTopic, type ServiceName } from '@chappe/schemas';
import type { EachBatchPayload } from 'kafkajs';
import { answeringFirst } from '../answering-first.ts';
import { backOffMs, createPause } from '../back-off.ts';
import { failureCode } from '../failure-code.ts';
import { isKafkaRefusal } from '../kafka-refusal.ts';
import { type ConsumePlan, keepConsuming, type OpenedConsumer } from '../keep-consuming.ts';
import type { Log } from '../log.ts';
import { openClient } from '../open-client.ts';
import type { KafkaSettings } from '../settings.ts';
import { readLogBounds } from '../sink/log-bounds.ts';
import { warnSeldom } from '../warn-seldom.ts';

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
  /** Ends the wait for a first release. */
  signal?: AbortSignal;
  log: Log;
}

/** The state of a replica, for its operators. */
export interface DirectoryReplicaHealth {
  ready: boolean;
  release: number | null;
  /** Why the last record that was not applied was refused; null when all is well. */
  refused: string | null;
  /** Whether a consumer follows the topic at this moment; without one the release served only grows old. */
  following: boolean;
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
 * release is complete at that end: an older release, passed on the way, is never served. Brokers that are away
 * are waited for, before and after; what was served stays served meanwhile.
 */
export async function openDirectoryReplica(
  settings: KafkaSettings,
  options: DirectoryReplicaOptions,
): Promise<DirectoryReplica> {
  const { log, signal } = options;
  const topic = settings.topicPrefix + directoryTopic;
  const pause = createPause();
  const becomesReady = Promise.withResolvers<void>();
  // It is awaited below, after other things that may fail first: a rejection until then is not unhandled.
  void Promise.allSettled([becomesReady.promise]);
  let state: ReplicaState = emptyReplica();
  let next: bigint | undefined;
  let end: bigint | undefined;
  let refused: string | null = null;
  let failure: Error | undefined;
  let closing: Promise<void> | undefined;
  let served: DirectorySnapshot | undefined;

  /** Serves what is applied, but nothing before the end is reached. */
  function serve(): void {
    const snapshot = currentSnapshot(state);
    if (snapshot === undefined || snapshot === served) return;
    if (end === undefined || next === undefined || next < end) return;
    served = snapshot;
    log.info({ release: snapshot.release, topic: directoryTopic }, 'directory release applied');
    options.onChange?.(snapshot);
    becomesReady.resolve();
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
    const reason = step.reason ?? 'refused';
    refused = step.detail === undefined ? reason : `${reason} (${step.detail})`;
    log.error(
      { topic: directoryTopic, offset, release: decoded.value.release, reason: refused },
      'record refused',
    );
  }

  async function eachBatch(_: OpenedConsumer, { batch }: EachBatchPayload): Promise<void> {
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
    if (failure !== undefined || closing !== undefined) return;
    failure = error;
    log.error({ err: error, code: failureCode(error) }, 'directory replica cannot go on');
    options.onFailure?.(error);
    becomesReady.reject(error);
  }

  const kept = keepConsuming(settings, {
    group: directoryGroupPrefix(options.service) + options.instanceId,
    // New for each consumer: in the group of a predecessor one would wait for its session to end.
    groupId: () =>
      `${settings.topicPrefix}${directoryGroupPrefix(options.service)}${options.instanceId}.${randomUUID()}`,
    topics: [topic],
    config: consumerConfig(options),
    concurrency: 1,
    // Nothing is ever committed, so each join would begin again at the start.
    onJoin({ consumer }) {
      if (next !== undefined) consumer.seek({ topic, partition: 0, offset: next.toString() });
    },
    eachBatch,
    onLost: () => undefined,
    onRefused: fail,
    log,
  });

  function close(): Promise<void> {
    pause.end();
    becomesReady.reject(new DirectoryUnavailable('closed before there was a complete release'));
    closing ??= kept.stop();
    return closing;
  }

  /** The end that must be reached before anything is served. */
  async function readEnd(): Promise<bigint> {
    for (let attempt = 1; closing === undefined; attempt += 1) {
      try {
        const kafka = openClient(await answeringFirst(settings, log), { log });
        const bounds = await readLogBounds(kafka, [topic], log);
        const found = bounds(topic, 0);
        if (found !== undefined) return found.end;
      } catch (error) {
        if (isKafkaRefusal(error)) throw error;
        const code = failureCode(error);
        warnSeldom(
          log,
          `directory ${code}`,
          { topic: directoryTopic, code, attempt },
          'directory not reachable',
        );
      }
      await pause.wait(backOffMs(attempt, { firstMs: 100, maxMs: 5_000 }));
    }
    throw new DirectoryUnavailable('closed before its topic could be read');
  }

  async function read(): Promise<void> {
    end = await readEnd();
    await kept.start();
    await becomesReady.promise;
  }

  signal?.addEventListener('abort', close);
  try {
    signal?.throwIfAborted();
    await withTimeout(read(), options.timeoutMs);
  } catch (error) {
    await close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', close);
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
      following: kept.joined(),
      failed: failure?.message ?? null,
    }),
    close,
  };
}

function consumerConfig(options: DirectoryReplicaOptions): ConsumePlan['config'] {
  return {
    maxWaitTimeInMs: options.maxWaitMs ?? 1_000,
    minBytes: 1,
    maxBytes: options.maxFetchBytes ?? 4 * 1024 * 1024,
    maxBytesPerPartition: options.maxFetchBytes ?? 1024 * 1024,
    sessionTimeout: 30_000,
    rebalanceTimeout: 30_000,
    heartbeatInterval: 5_000,
    allowAutoTopicCreation: false,
    metadataMaxAge: 300_000,
  };
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
