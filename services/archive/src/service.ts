import { resolveSubject } from '@chappe/directory';
import {
  checkTopics,
  createDeadLetterDesk,
  createLaneProducer,
  kafkaSettingsFrom,
  openDirectoryReplica,
  publishAll,
} from '@chappe/kafka';
import {
  createOutboxRelay,
  createPool,
  createReplayJournal,
  migrate,
  replayPoolOptions,
} from '@chappe/postgres';
import { openApiComponents } from '@chappe/schemas';
import {
  createAuthenticator,
  createHttpServer,
  createLifecycle,
  createLogger,
  createMetrics,
  createSinkMetrics,
  createTokenVerifier,
  type RunningService,
  registerDeadLetterRoutes,
} from '@chappe/service-kit';
import { registerArchiveRoutes } from './adapters/http-archive-routes.ts';
import { createArchiveReplays, createArchiveSink } from './adapters/kafka-archive-sink.ts';
import { createCursorSeal, readCursorKey } from './adapters/signed-cursor.ts';
import type { ArchiveConfig } from './config.ts';

/** Starts the archive: keeps what the topics carry, and answers those entitled. */
export async function startArchive(config: ArchiveConfig): Promise<RunningService> {
  const log = createLogger({ service: 'archive', level: config.LOG_LEVEL, instanceId: config.INSTANCE_ID });
  const lifecycle = createLifecycle({ log, timeoutMs: config.SHUTDOWN_TIMEOUT_MS });
  const metrics = createMetrics({ service: 'archive' });
  lifecycle.onStop('metrics', () => metrics.close());
  const failed = Promise.withResolvers<Error>();
  try {
    return await start();
  } catch (error) {
    await lifecycle.stop('start-failed');
    throw error;
  }

  async function start(): Promise<RunningService> {
    const kafka = kafkaSettingsFrom(config, {
      clientId: `archive-${config.INSTANCE_ID}`,
      production: config.CHAPPE_PROFILE === 'production',
    });
    await checkTopics(kafka, 'archive');

    const pool = createPool({
      url: config.POSTGRES_URL,
      applicationName: 'archive',
      max: config.POSTGRES_POOL_MAX,
      log,
    });
    lifecycle.onStop('postgres', () => pool.end());
    await migrate(pool, { folder: new URL('../migrations/', import.meta.url), log });

    const altered = metrics.counter(
      'chappe_archive_altered_variants_total',
      'Variants that no longer match their decision',
    );
    const onAltered = ({
      messageId,
      variantIds,
    }: {
      messageId: string;
      variantIds: readonly string[];
    }): void => {
      altered.inc(variantIds.length);
      log.error(
        { messageId, code: 'variant-altered' },
        'a variant does not match the digest of its decision',
      );
    };

    const auditProducer = createLaneProducer(kafka, { name: 'audit', log });
    await auditProducer.start();
    lifecycle.onStop('audit producer', () => auditProducer.stop());
    const relay = createOutboxRelay({ pool, log, publish: (rows) => publishAll(auditProducer, rows) });
    relay.start();
    lifecycle.onStop('outbox relay', () => relay.stop());

    const directory = await openDirectoryReplica(kafka, {
      instanceId: config.INSTANCE_ID,
      service: 'archive',
      log,
      onFailure: failed.resolve,
    });
    lifecycle.onStop('directory replica', () => directory.close());

    const sink = createArchiveSink(kafka, {
      pool,
      log,
      metrics: createSinkMetrics(metrics),
      onAltered,
      sessionTimeoutMs: config.SINK_SESSION_TIMEOUT_MS,
    });
    sink.onFailure(failed.resolve);
    await sink.start();
    lifecycle.onStop('sink', () => sink.stop());

    const app = await createHttpServer({
      service: 'archive',
      log,
      metrics,
      authenticate: createAuthenticator({
        verifyToken: createTokenVerifier({
          issuer: config.OIDC_ISSUER,
          jwksUrl: config.OIDC_JWKS_URL,
          audience: config.OIDC_AUDIENCE,
        }),
        resolveSubject: (token, actingAs, nowMs) =>
          directory.ready() ? resolveSubject(directory.current(), token, actingAs, nowMs) : undefined,
      }),
      dependencies: {
        kafka: () => ({ state: sink.health().joined ? 'ready' : 'unavailable' }),
        directory: () => ({ state: directory.ready() ? 'ready' : 'unavailable' }),
        postgres: () => pool.query('SELECT 1').then(() => ({ state: 'ready' as const })),
      },
      bodyLimitBytes: 1024,
      openapi: { title: 'Chappe archive', version: '1', components: openApiComponents() },
      publicUrl: config.PUBLIC_URL,
    });
    registerArchiveRoutes(app, {
      pool,
      cursors: createCursorSeal(await readCursorKey(pool)),
      onAltered,
      onDisclosed: () => relay.nudge(),
    });
    const replayPool = createPool({
      url: config.POSTGRES_URL,
      applicationName: 'archive replays',
      ...replayPoolOptions,
      log,
    });
    lifecycle.onStop('postgres replays', () => replayPool.end());
    const journal = createReplayJournal(replayPool);
    const replays = createArchiveReplays({ pool, onAltered });
    registerDeadLetterRoutes(app, {
      service: 'archive',
      groups: [replays.group],
      journal,
      desk: createDeadLetterDesk(kafka, { service: 'archive', sources: [replays], journal, log }),
    });
    const url = await app.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
    lifecycle.onStop('http server', () => app.close());
    return { url, stop: async () => void (await lifecycle.stop('requested')), whenFailed: failed.promise };
  }
}
