import { resolveSubject } from '@chappe/directory';
import { checkTopics, kafkaSettingsFrom } from '@chappe/kafka';
import { createPool, migrate } from '@chappe/postgres';
import {
  createAuthenticator,
  createHttpServer,
  createLifecycle,
  createLogger,
  createMetrics,
  createTokenVerifier,
  type RunningService,
} from '@chappe/service-kit';
import { publishMissing, publishUnacknowledged } from './adapters/kafka-publish-missing.ts';
import { assemblePublication } from './assemble-publication.ts';
import type { DirectoryConfig } from './config.ts';
import type { DirectoryOverrides } from './directory-overrides.ts';
import { followOwnDirectory } from './follow-own-directory.ts';
import { installDemonstration } from './publication/install-demonstration.ts';
import { keepPublishing, type ReleaseRelay } from './publication/keep-publishing.ts';
import { registerRoutes } from './register-routes.ts';

/**
 * Starts the directory. It listens first, so that `/readyz` says what is missing; then it publishes whatever of
 * its releases Kafka does not hold, answers from its own replica, and publishes what administrators approve.
 */
export async function startDirectory(
  config: DirectoryConfig,
  overrides: DirectoryOverrides = {},
): Promise<RunningService> {
  const nowMs = overrides.nowMs ?? Date.now;
  const instanceId = config.INSTANCE_ID;
  const log = createLogger({ service: 'directory', level: config.LOG_LEVEL, instanceId });
  const metrics = createMetrics({ service: 'directory' });
  const lifecycle = createLifecycle({
    log,
    timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    stopSignal: overrides.stopSignal,
  });
  const signal = lifecycle.stopping;
  const production = config.CHAPPE_PROFILE === 'production';
  const kafka = kafkaSettingsFrom(config, { clientId: `directory-${instanceId}`, production });
  const failed = Promise.withResolvers<Error>();
  lifecycle.onStop('metrics', () => metrics.close());
  try {
    const url = await start();
    return { url, whenFailed: failed.promise, stop: () => lifecycle.stop('stopped') };
  } catch (error) {
    await lifecycle.stop('start-failed');
    throw error;
  }

  async function start(): Promise<string> {
    const pool = createPool({
      url: config.POSTGRES_URL,
      applicationName: 'directory',
      max: config.POSTGRES_POOL_MAX,
      statementTimeoutMs: config.POSTGRES_STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: config.POSTGRES_LOCK_TIMEOUT_MS,
      log,
    });
    lifecycle.onStop('postgres', () => pool.end());
    const publication = assemblePublication(config, { kafka, pool, overrides, signal, log });
    const { store, producer, auditProducer, auditRelay } = publication;
    lifecycle.onStop('producers', () => Promise.all([producer.stop(), auditProducer.stop()]));
    lifecycle.onStop('audit relay', () => auditRelay.stop());
    const directory = followOwnDirectory(kafka, {
      instanceId,
      timeoutMs: config.TOPIC_READ_TIMEOUT_MS,
      signal,
      log,
      onFailure: failed.resolve,
    });
    let opening: Promise<void> | undefined;
    let releaseRelay: ReleaseRelay | undefined;
    lifecycle.onStop('directory', directory.close);
    // Its failure has ended the service already, through `failed`.
    lifecycle.onStop('opening', () => opening?.catch(() => undefined));
    lifecycle.onStop('release relay', () => releaseRelay?.stop());

    const app = await createHttpServer({
      service: 'directory',
      log,
      metrics,
      authenticate: createAuthenticator({
        verifyToken: createTokenVerifier({
          issuer: config.OIDC_ISSUER,
          jwksUrl: config.OIDC_JWKS_URL,
          audience: config.OIDC_AUDIENCE,
          nowMs,
        }),
        resolveSubject(token, actingAs, atMs) {
          const snapshot = directory.current();
          return snapshot && resolveSubject(snapshot, token, actingAs, atMs);
        },
        nowMs,
      }),
      dependencies: {
        directory: directory.state,
        postgres: async () => {
          await pool.query('SELECT 1');
          return { state: 'ready', optional: true };
        },
        kafka: () => ({ state: producer.health().connected ? 'ready' : 'unavailable', optional: true }),
        releases: () => ({ state: releaseRelay?.health().failing ? 'degraded' : 'ready' }),
        outbox: () => ({ state: auditRelay.health().failing ? 'degraded' : 'ready' }),
      },
      bodyLimitBytes: 1_024,
      openapi: { title: 'Chappe directory', version: '1.0.0' },
      publicUrl: config.PUBLIC_URL,
      nowMs,
    });
    registerRoutes(app, {
      pool,
      releases: store,
      issuer: config.OIDC_ISSUER,
      mostOpenProposals: config.MAX_OPEN_PROPOSALS,
      currentDirectory: directory.required,
      onReleased: () => releaseRelay?.nudge(),
      nudgeRelay: auditRelay.nudge,
      nowMs,
    });
    lifecycle.onStop('http', () => app.close());
    const url = await app.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });

    await checkTopics(kafka, 'directory', { log, signal });
    await migrate(pool, { folder: new URL('../migrations/', import.meta.url), signal, log });
    if (!production) await installDemonstration({ store, issuer: config.OIDC_ISSUER, nowMs, log });
    await Promise.all([producer.start(), auditProducer.start()]);
    await publishMissing(publication.ports);
    auditRelay.start();
    releaseRelay = keepPublishing(() => publishUnacknowledged(publication.ports), { log, signal });
    opening = directory.open();
    opening.catch((error: Error) => {
      if (!signal.aborted) failed.resolve(error);
    });
    // In production there may be no release yet; then the service runs, unready, until there is one.
    if ((await store.list()).length > 0) await opening;
    return url;
  }
}
