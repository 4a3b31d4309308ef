import { type DirectorySnapshot, resolveSubject } from '@chappe/directory';
import {
  applicationOf,
  checkTopics,
  createDeadLetterDesk,
  createLaneProducer,
  createSink,
  type DirectoryReplica,
  kafkaSettingsFrom,
  type LaneProducer,
  openDirectoryReplica,
  sinkState,
} from '@chappe/kafka';
import {
  createOutboxRelay,
  createPool,
  createReplayJournal,
  migrate,
  readOffset,
  replayPoolOptions,
} from '@chappe/postgres';
import { deliveryTopic, type Lane, lanes } from '@chappe/schemas';
import {
  createAuthenticator,
  createHttpServer,
  createLifecycle,
  createLogger,
  createMetrics,
  createTokenVerifier,
  Problem,
  type RunningService,
  registerDeadLetterRoutes,
} from '@chappe/service-kit';
import { createDirectoryReleases } from './adapters/directory-releases.ts';
import { registerInboxRoutes } from './adapters/http-inbox.ts';
import { registerReceiptRoutes } from './adapters/http-receipts.ts';
import { registerSentRoutes } from './adapters/http-sent.ts';
import { registerStreamRoute } from './adapters/http-stream.ts';
import { registerThreadRoutes } from './adapters/http-threads.ts';
import { createDeliveryHandler } from './adapters/kafka-deliveries.ts';
import { createOutboxPublisher } from './adapters/kafka-outbox.ts';
import { type ApplySlice, createApplySlice } from './adapters/postgres-apply-slice.ts';
import { createOpeningRecorder } from './adapters/postgres-audit.ts';
import { createInboxReader } from './adapters/postgres-inbox.ts';
import { createReceiptGiver, type GiveReceipts } from './adapters/postgres-receipts.ts';
import { createSentReader } from './adapters/postgres-sent.ts';
import { createTrackingReader } from './adapters/postgres-tracking.ts';
import { createMailboxMetrics } from './adapters/prometheus-mailbox.ts';
import { createReaderRights } from './adapters/reader-rights.ts';
import { createRedisHints, noHints, receiptsChanged } from './adapters/redis-hints.ts';
import { createStreamHub, type StreamOutlet } from './adapters/stream-hub.ts';
import type { MailboxConfig } from './config.ts';
import type { InboxItem } from './domain/inbox-item.ts';
import { showItem } from './domain/show-item.ts';

/** Ports that a test may wrap, to stop the process before or after each step. */
export interface MailboxOverrides {
  wrapApplySlice?(apply: ApplySlice): ApplySlice;
  wrapGiveReceipts?(give: GiveReceipts): GiveReceipts;
  wrapOutboxProducer?(producer: LaneProducer): LaneProducer;
  wrapOutlet?(outlet: StreamOutlet): StreamOutlet;
  /** In place of the producer of dead letters. */
  deadLetters?: Pick<LaneProducer, 'send'>;
  nowMs?(): number;
  /** Gives up the start, or stops. */
  stopSignal?: AbortSignal;
}

/** Directory releases kept for deliveries that were decided before the latest one. */
const keptReleases = 64;
const pageItems = 100;
const windowLimits = { maxItems: 512, maxBytes: 1_048_576 };

/** Listens first, so that `/readyz` says what is missing, then starts the mailbox: three lanes of deliveries into numbered inboxes, and the routes that show them. */
export async function startMailbox(
  config: MailboxConfig,
  overrides: MailboxOverrides = {},
): Promise<RunningService> {
  const nowMs = overrides.nowMs ?? Date.now;
  const instanceId = config.INSTANCE_ID;
  const log = createLogger({ service: 'mailbox', level: config.LOG_LEVEL, instanceId });
  const metrics = createMetrics({ service: 'mailbox' });
  const lifecycle = createLifecycle({
    log,
    timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    stopSignal: overrides.stopSignal,
  });
  const kafka = kafkaSettingsFrom(config, {
    clientId: `mailbox-${instanceId}`,
    production: config.CHAPPE_PROFILE === 'production',
  });
  const failed = Promise.withResolvers<Error>();
  lifecycle.onStop('metrics', () => metrics.close());

  try {
    return await start();
  } catch (error) {
    await lifecycle.stop('start-failed');
    throw error;
  }

  async function start(): Promise<RunningService> {
    const poolOptions = {
      url: config.POSTGRES_URL,
      statementTimeoutMs: config.POSTGRES_STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: config.POSTGRES_LOCK_TIMEOUT_MS,
      log,
    };
    // Two pools, so that no burst of readers keeps a flash out of its inbox.
    const writers = createPool({
      ...poolOptions,
      applicationName: 'mailbox-apply',
      max: config.POSTGRES_POOL_MAX,
    });
    const readers = createPool({
      ...poolOptions,
      applicationName: 'mailbox-read',
      max: config.POSTGRES_POOL_MAX,
    });
    lifecycle.onStop('postgres', () => Promise.all([writers.end(), readers.end()]));
    const inbox = createInboxReader(readers);
    const sent = createSentReader(readers);

    const measured = createMailboxMetrics(metrics, log);
    const store = {
      readAfter: (correspondent: string, from: number, limit: number) =>
        inbox.page({ correspondent, from, limit, order: 'ascending' }),
      readHeads: inbox.heads,
    };
    const hub = createStreamHub({
      store,
      limits: {
        maxBufferedBytes: config.STREAM_MAX_BUFFERED_BYTES,
        stallTimeoutMs: config.STREAM_STALL_TIMEOUT_MS,
        heartbeatMs: config.STREAM_HEARTBEAT_MS,
        pollMs: config.STREAM_POLL_MS,
        pageItems,
        window: windowLimits,
      },
      showItem(item, reader) {
        const subject = reader.subjectNow();
        const shown = subject === null ? null : showItem(item, subject, nowMs());
        return shown === null ? null : JSON.stringify(shown);
      },
      nowMs,
      observer: measured.hub,
    });
    const releases = createDirectoryReleases({ kept: keptReleases, waitMs: config.DIRECTORY_WAIT_MS });
    let replica: DirectoryReplica | undefined;
    lifecycle.onStop('directory', () => replica?.close());
    const directory = (): DirectorySnapshot | undefined => (replica?.ready() ? replica.current() : undefined);
    const currentDirectory = (): DirectorySnapshot => {
      const snapshot = directory();
      // Nobody is authenticated before it is there, so this is for the moment in which it is lost.
      if (snapshot === undefined) throw new Problem('unavailable', { retryAfterS: 2 });
      return snapshot;
    };

    const hints =
      config.REDIS_URL === undefined
        ? noHints
        : createRedisHints({
            url: config.REDIS_URL,
            channel: `${config.KAFKA_TOPIC_PREFIX}mailbox.heads`,
            instanceId,
            onHint: (correspondent, number) =>
              number === receiptsChanged ? hub.forget(correspondent) : hub.hint(correspondent, number),
          });
    lifecycle.onStop('hints', () => hints.stop());
    const plainProducer = createLaneProducer(kafka, { name: 'outbox', log });
    const producer = overrides.wrapOutboxProducer?.(plainProducer) ?? plainProducer;
    lifecycle.onStop('producer', () => producer.stop());
    const relay = createOutboxRelay({ pool: writers, publish: createOutboxPublisher(producer), log });
    lifecycle.onStop('outbox', () => relay.stop());

    const plainApply = createApplySlice(writers);
    const applySlice = overrides.wrapApplySlice?.(plainApply) ?? plainApply;
    const appliers = lanes.map((lane: Lane) => {
      const group = `mailbox.${lane}`;
      const handler = { group, correspondentsAt: releases.at, applySlice, onCommitted, nowMs };
      return { lane, group, apply: createDeliveryHandler(handler) };
    });
    const sinks = appliers.map(({ lane, group, apply }) => {
      const sink = createSink(kafka, {
        group,
        topics: [deliveryTopic(lane)],
        apply: (slice) => apply(applicationOf(slice)),
        readOffset: (topic, partition, logStart) =>
          readOffset(writers, { group, topic, partition, logStart }),
        maxSliceRecords: config.SLICE_MAX_RECORDS,
        sessionTimeoutMs: config.SINK_SESSION_TIMEOUT_MS,
        ...(overrides.deadLetters === undefined ? {} : { deadLetters: overrides.deadLetters }),
        log,
        metrics: measured.sink,
      });
      sink.onFailure((error) => failed.resolve(error));
      return sink;
    });
    lifecycle.onStop('sinks', () => Promise.all(sinks.map((sink) => sink.stop())));
    const verifyToken = createTokenVerifier({
      issuer: config.OIDC_ISSUER,
      jwksUrl: config.OIDC_JWKS_URL,
      audience: config.OIDC_AUDIENCE,
      nowMs,
    });
    const app = await createHttpServer({
      service: 'mailbox',
      log,
      metrics,
      authenticate: createAuthenticator({
        verifyToken,
        resolveSubject: (token, actingAs, atMs) => {
          const snapshot = directory();
          return snapshot === undefined ? undefined : resolveSubject(snapshot, token, actingAs, atMs);
        },
        nowMs,
      }),
      dependencies: {
        directory: () => ({ state: directory() === undefined ? 'unavailable' : 'ready' }),
        postgres: async () => {
          await readers.query('SELECT 1');
          return { state: 'ready' };
        },
        kafka: () => sinkState(sinks),
        outbox: () => ({ state: relay.health().failing ? 'degraded' : 'ready' }),
        redis: () => ({ state: hints.health(), optional: true }),
      },
      bodyLimitBytes: 1_024,
      openapi: { title: 'Chappe mailbox', version: '1.0.0' },
      publicUrl: config.PUBLIC_URL,
      nowMs,
    });
    const recordOpening = createOpeningRecorder({ pool: readers, nudgeRelay: relay.nudge, nowMs });
    registerInboxRoutes(app, { inbox, recordOpening, nowMs });
    const plainGive = createReceiptGiver(readers);
    registerReceiptRoutes(app, {
      giveReceipts: overrides.wrapGiveReceipts?.(plainGive) ?? plainGive,
      currentDirectory,
      onGiven(correspondent) {
        hub.forget(correspondent);
        hints.send(new Map([[correspondent, receiptsChanged]]));
        relay.nudge();
      },
      nowMs,
    });
    registerSentRoutes(app, {
      sent,
      readTracking: createTrackingReader(readers),
      isInside: (correspondent) =>
        ['POST', 'DESK'].includes(currentDirectory().correspondents.get(correspondent)?.type ?? ''),
      nowMs,
    });
    registerThreadRoutes(app, { inbox, sent, recordOpening, nowMs });
    registerStreamRoute(app, {
      hub,
      store,
      rights: createReaderRights({ currentDirectory, nowMs }),
      verifyToken,
      recordOpening,
      maxOpenStreams: config.STREAM_MAX_OPEN,
      endGraceMs: config.STREAM_END_GRACE_MS,
      ...(overrides.wrapOutlet === undefined ? {} : { wrapOutlet: overrides.wrapOutlet }),
    });
    const replayPool = createPool({
      ...poolOptions,
      applicationName: 'mailbox-replay',
      ...replayPoolOptions,
    });
    lifecycle.onStop('postgres replays', () => replayPool.end());
    const journal = createReplayJournal(replayPool);
    registerDeadLetterRoutes(app, {
      service: 'mailbox',
      groups: appliers.map(({ group }) => group),
      journal,
      desk: createDeadLetterDesk(kafka, { service: 'mailbox', sources: appliers, journal, log }),
    });
    lifecycle.onStop('http', () => app.close());
    lifecycle.onStop('streams', () => hub.stop());
    const url = await app.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });

    const signal = lifecycle.stopping;
    await checkTopics(kafka, 'mailbox', { log, signal });
    await migrate(writers, { folder: new URL('../migrations/', import.meta.url), signal, log });
    await hints.start();
    await producer.start();
    relay.start();
    replica = await openDirectoryReplica(kafka, {
      instanceId,
      service: 'mailbox',
      log,
      signal,
      onChange(snapshot) {
        releases.add(snapshot);
        hub.recheck();
      },
      onFailure: failed.resolve,
    });
    await Promise.all(sinks.map((sink) => sink.start()));

    function onCommitted(items: readonly InboxItem[]): void {
      const heads = new Map<string, number>();
      for (const [correspondent, own] of Map.groupBy(items, (item) => item.correspondent)) {
        hub.publish(correspondent, own);
        heads.set(correspondent, own.at(-1)?.number ?? 0);
      }
      if (items.length > 0) {
        hints.send(heads);
        relay.nudge();
      }
    }

    return {
      url,
      whenFailed: failed.promise,
      stop: async () => {
        await lifecycle.stop('stopped');
      },
    };
  }
}
