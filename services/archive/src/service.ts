import { type DirectorySnapshot, resolveSubject } from '@chappe/directory';
import {
  checkTopics,
  createDeadLetterDesk,
  createLaneProducer,
  type DirectoryReplica,
  deadLetterAudit,
  directoryState,
  kafkaSettingsFrom,
  openDirectoryReplica,
  publishAll,
  sinkState,
} from '@chappe/kafka';
import {
  createDeadLetterCases,
  createOutboxRelay,
  createPool,
  createReplayJournal,
  migrate,
  readCursorKey,
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
  Problem,
  type ResolveSubject,
  type RunningService,
  registerDeadLetterRoutes,
} from '@chappe/service-kit';
import { registerArchiveRoutes } from './adapters/http-archive-routes.ts';
import {
  createArchiveReplays,
  createArchiveSink,
  createKeepRecords,
  type KeepRecords,
} from './adapters/kafka-archive-sink.ts';
import { createReferenceFiler } from './adapters/postgres-file-references.ts';
import { type CursorSeal, createCursorSeal } from './adapters/signed-cursor.ts';
import { assembleAttachments } from './assemble-attachments.ts';
import type { ArchiveConfig } from './config.ts';

/** Ports that a test may wrap, to stop the process before or after a step. */
export interface ArchiveOverrides {
  readonly wrapKeepRecords?: (keep: KeepRecords) => KeepRecords;
  /** Gives up the start, or stops. */
  readonly stopSignal?: AbortSignal;
}

/**
 * Starts the archive: keeps what the topics carry, and answers those entitled. It listens first, so that `/readyz`
 * says what is missing while brokers and database are waited for.
 */
export async function startArchive(
  config: ArchiveConfig,
  overrides: ArchiveOverrides = {},
): Promise<RunningService> {
  const log = createLogger({ service: 'archive', level: config.LOG_LEVEL, instanceId: config.INSTANCE_ID });
  const lifecycle = createLifecycle({
    log,
    timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    stopSignal: overrides.stopSignal,
  });
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
    const pool = createPool({
      url: config.POSTGRES_URL,
      applicationName: 'archive',
      max: config.POSTGRES_POOL_MAX,
      log,
    });
    lifecycle.onStop('postgres', () => pool.end());
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
    lifecycle.onStop('audit producer', () => auditProducer.stop());
    const relay = createOutboxRelay({ pool, log, publish: (rows) => publishAll(auditProducer, rows) });
    lifecycle.onStop('outbox relay', () => relay.stop());

    let replica: DirectoryReplica | undefined;
    lifecycle.onStop('directory replica', () => replica?.close());
    const directory = (): DirectorySnapshot | undefined => (replica?.ready() ? replica.current() : undefined);
    let seal: CursorSeal | undefined;

    const plainKeep = createKeepRecords({ pool, onAltered });
    const keep = overrides.wrapKeepRecords?.(plainKeep) ?? plainKeep;
    const sink = createArchiveSink(kafka, {
      pool,
      keep,
      log,
      metrics: createSinkMetrics(metrics),
      sessionTimeoutMs: config.SINK_SESSION_TIMEOUT_MS,
    });
    sink.onFailure(failed.resolve);
    lifecycle.onStop('sink', () => sink.stop());

    const verifyToken = createTokenVerifier({
      issuer: config.OIDC_ISSUER,
      jwksUrl: config.OIDC_JWKS_URL,
      audience: config.OIDC_AUDIENCE,
    });
    const resolve: ResolveSubject = (token, actingAs, nowMs) => {
      const snapshot = directory();
      return snapshot === undefined ? undefined : resolveSubject(snapshot, token, actingAs, nowMs);
    };
    const references = createReferenceFiler({
      pool,
      onError: (error) => log.warn({ err: error }, 'references could not be filed yet'),
    });
    lifecycle.onStop('references', () => references.stop());
    const attachments = assembleAttachments(config, { pool, verifyToken, resolveSubject: resolve, log });
    lifecycle.onStop('attachments', attachments.close);
    const app = await createHttpServer({
      service: 'archive',
      log,
      metrics,
      authenticate: createAuthenticator({ verifyToken, resolveSubject: resolve }),
      dependencies: {
        kafka: () => sinkState([sink]),
        directory: () => directoryState(replica),
        postgres: () => pool.query('SELECT 1').then(() => ({ state: 'ready' as const })),
        attachments: attachments.health,
      },
      bodyLimitBytes: 1024,
      openapi: { title: 'Chappe archive', version: '1', components: openApiComponents() },
      publicUrl: config.PUBLIC_URL,
    });
    registerArchiveRoutes(app, {
      pool,
      references,
      cursors: {
        seal: (position, binding) => sealInForce(seal).seal(position, binding),
        open: (cursor, binding) => sealInForce(seal).open(cursor, binding),
      },
      onAltered,
      onDisclosed: () => relay.nudge(),
    });
    attachments.registerRoute(app, { onAltered, onDisclosed: () => relay.nudge() });
    const replayPool = createPool({
      url: config.POSTGRES_URL,
      applicationName: 'archive replays',
      ...replayPoolOptions,
      log,
    });
    lifecycle.onStop('postgres replays', () => replayPool.end());
    const journal = createReplayJournal(replayPool);
    const replays = createArchiveReplays(keep);
    registerDeadLetterRoutes(app, {
      service: 'archive',
      groups: [replays.group],
      journal,
      cases: createDeadLetterCases(replayPool, {
        auditRow: deadLetterAudit('archive'),
        nudgeRelay: () => relay.nudge(),
      }),
      desk: createDeadLetterDesk(kafka, { service: 'archive', sources: [replays], journal, log }),
    });
    const url = await app.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
    lifecycle.onStop('http server', () => app.close());

    const signal = lifecycle.stopping;
    await checkTopics(kafka, 'archive', { log, signal });
    await migrate(pool, { folder: new URL('../migrations/', import.meta.url), signal, log });
    seal = createCursorSeal(await readCursorKey(pool));
    references.start();
    await auditProducer.start();
    relay.start();
    await sink.start();
    replica = await openDirectoryReplica(kafka, {
      instanceId: config.INSTANCE_ID,
      service: 'archive',
      log,
      signal,
      onFailure: failed.resolve,
    });
    return { url, stop: () => lifecycle.stop('requested'), whenFailed: failed.promise };
  }
}

/** Nobody is authenticated before the directory is there, which is opened after the key is read. */
function sealInForce(seal: CursorSeal | undefined): CursorSeal {
  if (seal === undefined) throw new Problem('unavailable', { retryAfterS: 2 });
  return seal;
}
