import { resolveSubject } from '@chappe/directory';
import { checkTopics, createLaneProducer, kafkaSettingsFrom, sinkState } from '@chappe/kafka';
import { createOutboxRelay, createPool, migrate, readCursorKey, replayPoolOptions } from '@chappe/postgres';
import {
  createAuthenticator,
  createCursorSeal,
  createHttpServer,
  createLifecycle,
  createLogger,
  createMetrics,
  createTokenVerifier,
  type RunningService,
} from '@chappe/service-kit';
import { createOutboxPublisher } from './adapters/kafka-outbox.ts';
import { createFacetFiler } from './adapters/postgres-file-facets.ts';
import { createReferenceFiler } from './adapters/postgres-file-references.ts';
import { createInboxReader } from './adapters/postgres-inbox.ts';
import { createSentReader } from './adapters/postgres-sent.ts';
import { createPulseReader } from './adapters/postgres-thread-pulses.ts';
import { createTrackingReader } from './adapters/postgres-tracking.ts';
import { createMailboxMetrics } from './adapters/prometheus-mailbox.ts';
import { createOwnTrackingReader } from './adapters/read-own-tracking.ts';
import { assembleAttachments } from './assemble-attachments.ts';
import { assembleDeadlines, assembleOwedBySlice } from './assemble-deadlines.ts';
import { assembleLanes } from './assemble-lanes.ts';
import { assembleReroutes } from './assemble-reroutes.ts';
import { assembleStreams } from './assemble-streams.ts';
import { assembleWebhooks } from './assemble-webhooks.ts';
import type { MailboxConfig } from './config.ts';
import { isInside } from './domain/is-inside.ts';
import { followDirectory } from './follow-directory.ts';
import type { MailboxOverrides } from './mailbox-overrides.ts';
import { registerRoutes } from './register-routes.ts';

/**
 * Listens first, so that `/readyz` says what is missing, then starts the mailbox: three lanes of deliveries into
 * numbered inboxes, and the routes that show them. Stops in the reverse order of what stands here.
 */
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
  const signal = lifecycle.stopping;
  const production = config.CHAPPE_PROFILE === 'production';
  const kafka = kafkaSettingsFrom(config, { clientId: `mailbox-${instanceId}`, production });
  const failed = Promise.withResolvers<Error>();
  const onFailure = (error: Error): void => failed.resolve(error);
  lifecycle.onStop('metrics', () => metrics.close());

  try {
    const url = await start();
    return {
      url,
      whenFailed: failed.promise,
      stop: () => lifecycle.stop('stopped'),
    };
  } catch (error) {
    await lifecycle.stop('start-failed');
    throw error;
  }

  async function start(): Promise<string> {
    const poolOptions = {
      url: config.POSTGRES_URL,
      statementTimeoutMs: config.POSTGRES_STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: config.POSTGRES_LOCK_TIMEOUT_MS,
      log,
    };
    const max = config.POSTGRES_POOL_MAX;
    // Two pools, so that no burst of readers keeps a flash out of its inbox.
    const writers = createPool({ ...poolOptions, applicationName: 'mailbox-apply', max });
    const readers = createPool({ ...poolOptions, applicationName: 'mailbox-read', max });
    // Readiness asks over a connection of its own: behind busy readers it would take a busy store for an absent one.
    const probe = createPool({ ...poolOptions, applicationName: 'mailbox-readiness', max: 1 });
    lifecycle.onStop('postgres', () => Promise.all([writers.end(), readers.end(), probe.end()]));

    const measured = createMailboxMetrics(metrics, log);
    let cursorKey: Buffer | undefined;
    const cursors = createCursorSeal(() => cursorKey);
    const inbox = createInboxReader(readers);
    const sent = createSentReader(readers);
    const facets = createFacetFiler({
      pool: readers,
      inbox,
      onError: (error) => log.warn({ err: error }, 'older items could not be filed yet'),
    });
    const references = createReferenceFiler({
      pool: readers,
      onError: (error) => log.warn({ err: error }, 'references could not be filed yet'),
    });
    const readOwnTracking = createOwnTrackingReader({
      sent,
      readTracking: createTrackingReader(readers),
      isInside: (correspondent) => isInside(directory.required(), correspondent),
      nowMs,
    });
    const streams = assembleStreams(config, {
      ...{ inbox, facets, readOwnTracking, instanceId, nowMs },
      readPulses: createPulseReader(readers),
      observer: measured.hub,
    });
    const directory = followDirectory(kafka, {
      instanceId,
      waitMs: config.DIRECTORY_WAIT_MS,
      log,
      signal,
      onChange: streams.recheck,
      onFailure,
    });
    lifecycle.onStop('directory', directory.close);
    lifecycle.onStop('hints', () => streams.hints.stop());

    const plainProducer = createLaneProducer(kafka, { name: 'outbox', log });
    const producer = overrides.wrapOutboxProducer?.(plainProducer) ?? plainProducer;
    lifecycle.onStop('producer', () => producer.stop());
    const relay = createOutboxRelay({ pool: writers, publish: createOutboxPublisher(producer), log });
    lifecycle.onStop('outbox', () => relay.stop());

    const deadlinePool = createPool({ ...poolOptions, applicationName: 'mailbox-deadlines', max: 4 });
    lifecycle.onStop('postgres deadlines', () => deadlinePool.end());
    const deadlines = await assembleDeadlines(config, {
      pool: deadlinePool,
      metrics,
      overrides,
      currentDirectory: directory.current,
      onChanged: streams.announceThreads,
      log,
      nowMs,
    });
    lifecycle.onStop('deadlines', () => deadlines.stop());
    const currentDirectory = directory.current;
    const reroutes = assembleReroutes(config, {
      ...{ pool: deadlinePool, metrics, overrides, currentDirectory, log },
    });
    lifecycle.onStop('reroutes', () => reroutes.stop());

    const webhookPool = createPool({ ...poolOptions, applicationName: 'mailbox-webhooks', max: 4 });
    lifecycle.onStop('postgres webhooks', () => webhookPool.end());
    const webhooks = assembleWebhooks(config, {
      pool: webhookPool,
      readAfter: streams.store.readAfter,
      currentDirectory: directory.current,
      tellsPauses: deadlines.reachesIngest,
      overrides,
      instanceId,
      metrics,
      log,
      nowMs,
    });
    lifecycle.onStop('webhooks', () => webhooks.courier.stop());

    const lanes = assembleLanes(config, {
      kafka,
      pool: writers,
      correspondentsAt: directory.releases.at,
      owedBy: assembleOwedBySlice(config, directory.current),
      overrides,
      onCommitted(items) {
        streams.announceItems(items);
        webhooks.courier.nudge(items.map((item) => item.correspondent));
        if (items.length > 0) relay.nudge();
      },
      onSaid: streams.announceThreads,
      onFailure,
      metrics: measured.sink,
      log,
      nowMs,
    });
    lifecycle.onStop('sinks', () => Promise.all(lanes.sinks.map((sink) => sink.stop())));
    const replayPool = createPool({
      ...poolOptions,
      applicationName: 'mailbox-replay',
      ...replayPoolOptions,
    });
    lifecycle.onStop('postgres replays', () => replayPool.end());

    const verifyToken = createTokenVerifier({
      issuer: config.OIDC_ISSUER,
      jwksUrl: config.OIDC_JWKS_URL,
      audience: config.OIDC_AUDIENCE,
      nowMs,
    });
    const attachments = assembleAttachments(config, {
      ...{ inbox, sent, verifyToken, log, nowMs },
      currentDirectory: directory.current,
    });
    lifecycle.onStop('attachments', attachments.close);
    const app = await createHttpServer({
      service: 'mailbox',
      log,
      metrics,
      authenticate: createAuthenticator({
        verifyToken,
        resolveSubject: (token, actingAs, atMs) => {
          const snapshot = directory.current();
          return snapshot === undefined ? undefined : resolveSubject(snapshot, token, actingAs, atMs);
        },
        nowMs,
      }),
      dependencies: {
        directory: directory.state,
        postgres: async () => {
          await probe.query('SELECT 1');
          return { state: 'ready' };
        },
        kafka: () => sinkState(lanes.sinks),
        outbox: () => ({ state: relay.health().failing ? 'degraded' : 'ready' }),
        deadlines: () => ({ state: deadlines.failing() ? 'degraded' : 'ready' }),
        reroutes: () => ({ state: reroutes.failing() ? 'degraded' : 'ready' }),
        redis: () => ({ state: streams.hints.health(), optional: true }),
        attachments: attachments.health,
      },
      bodyLimitBytes: 1_024,
      openapi: { title: 'Chappe mailbox', version: '1.0.0' },
      publicUrl: config.PUBLIC_URL,
      nowMs,
    });
    registerRoutes(app, config, {
      kafka,
      readers,
      replayPool,
      inbox,
      sent,
      facets,
      references,
      cursors,
      readOwnTracking,
      directory,
      streams,
      webhooks,
      attachments,
      lanes,
      verifyToken,
      overrides,
      reachesIngest: deadlines.reachesIngest,
      log,
      nudgeRelay: relay.nudge,
      nowMs,
    });
    lifecycle.onStop('http', () => app.close());
    lifecycle.onStop('streams', () => streams.stop());
    lifecycle.onStop('facets', () => Promise.all([facets.stop(), references.stop()]));
    const url = await app.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });

    await checkTopics(kafka, 'mailbox', { log, signal });
    await migrate(writers, { folder: new URL('../migrations/', import.meta.url), signal, log });
    cursorKey = await readCursorKey(writers);
    facets.start();
    references.start();
    await streams.hints.start();
    await producer.start();
    relay.start();
    await directory.open();
    await Promise.all(lanes.sinks.map((sink) => sink.start()));
    webhooks.courier.start();
    deadlines.start();
    reroutes.start();
    return url;
  }
}
