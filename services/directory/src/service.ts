import {
  demonstrationApprover,
  demonstrationProposer,
  loadDemonstration,
  resolveSubject,
} from '@chappe/directory';
import {
  checkTopics,
  createLaneProducer,
  type DirectoryReplica,
  DirectoryUnavailable,
  directoryState,
  kafkaSettingsFrom,
  type LaneProducer,
  openDirectoryReplica,
} from '@chappe/kafka';
import { createPool, migrate } from '@chappe/postgres';
import {
  createAuthenticator,
  createHttpServer,
  createLifecycle,
  createLogger,
  createMetrics,
  createTokenVerifier,
  Problem,
  type RunningService,
} from '@chappe/service-kit';
import { registerDirectoryRoutes } from './adapters/http-directory.ts';
import { createReleasePublisher } from './adapters/kafka-publish-release.ts';
import { readDirectoryTopic } from './adapters/kafka-read-topic.ts';
import { createReleaseStore, type ReleaseStore } from './adapters/postgres-releases.ts';
import type { DirectoryConfig } from './config.ts';
import { firstMissing, planPublication } from './domain/plan-publication.ts';
import { planRelease } from './domain/plan-release.ts';

/** Ports that a test may wrap, to stop the process before or after each step. */
export interface DirectoryOverrides {
  wrapProducer?(producer: LaneProducer): LaneProducer;
  wrapStore?(store: ReleaseStore): ReleaseStore;
  nowMs?(): number;
  /** Gives up the start, or stops. */
  stopSignal?: AbortSignal;
}

/**
 * Starts the directory. It listens first, so that `/readyz` says what is missing; then it keeps the releases, publishes whatever of them Kafka does not hold, then answers
 * from its own replica, read back from the topic like everybody else's.
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
  const kafka = kafkaSettingsFrom(config, {
    clientId: `directory-${instanceId}`,
    production: config.CHAPPE_PROFILE === 'production',
  });
  const failed = Promise.withResolvers<Error>();
  const stopping = lifecycle.stopping;
  lifecycle.onStop('metrics', () => metrics.close());

  try {
    return await start();
  } catch (error) {
    await lifecycle.stop('start-failed');
    throw error;
  }

  async function start(): Promise<RunningService> {
    const pool = createPool({
      url: config.POSTGRES_URL,
      applicationName: 'directory',
      max: config.POSTGRES_POOL_MAX,
      statementTimeoutMs: config.POSTGRES_STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: config.POSTGRES_LOCK_TIMEOUT_MS,
      log,
    });
    lifecycle.onStop('postgres', () => pool.end());
    const plainStore = createReleaseStore(pool);
    const store = overrides.wrapStore?.(plainStore) ?? plainStore;
    const plainProducer = createLaneProducer(kafka, { name: 'directory', log });
    const producer = overrides.wrapProducer?.(plainProducer) ?? plainProducer;
    lifecycle.onStop('producer', () => producer.stop());
    let directory: DirectoryReplica | undefined;
    let opening: Promise<void> | undefined;
    lifecycle.onStop('directory', () => directory?.close());
    // Its failure has ended the service already, through `failed`.
    lifecycle.onStop('opening', () => opening?.catch(() => undefined));

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
        resolveSubject: (token, actingAs, atMs) =>
          directory && resolveSubject(directory.current(), token, actingAs, atMs),
        nowMs,
      }),
      dependencies: {
        directory: () => directoryState(directory),
        postgres: async () => {
          await pool.query('SELECT 1');
          return { state: 'ready', optional: true };
        },
        kafka: () => ({ state: producer.health().connected ? 'ready' : 'unavailable', optional: true }),
      },
      bodyLimitBytes: 1_024,
      openapi: { title: 'Chappe directory', version: '1.0.0' },
      publicUrl: config.PUBLIC_URL,
      nowMs,
    });
    registerDirectoryRoutes(app, {
      currentDirectory() {
        if (directory === undefined) throw new Problem('unavailable', { retryAfterS: 2 });
        return directory.current();
      },
      nowMs,
    });
    lifecycle.onStop('http', () => app.close());
    const url = await app.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });

    await checkTopics(kafka, 'directory', { log, signal: stopping });
    await migrate(pool, { folder: new URL('../migrations/', import.meta.url), signal: stopping, log });
    if (config.CHAPPE_PROFILE === 'demonstration') await installDemonstration(store);
    await producer.start();
    await store.whileAlone(() => publishMissing(store, producer), stopping);
    opening = openWhenPublished().then((replica) => {
      directory = replica;
    });
    opening.catch((error: Error) => {
      if (!stopping.aborted) failed.resolve(error);
    });
    // In production there may be no release yet; then the service runs, unready, until there is one.
    if ((await store.list()).length > 0) await opening;
    return {
      url,
      whenFailed: failed.promise,
      stop: () => lifecycle.stop('stopped'),
    };
  }

  async function installDemonstration(store: ReleaseStore): Promise<void> {
    const entries = loadDemonstration(config.OIDC_ISSUER);
    const plan = await store.addRelease((last) =>
      planRelease(last, entries, {
        proposedBy: demonstrationProposer,
        approvedBy: demonstrationApprover,
        approvedAtMs: nowMs(),
        demonstration: true,
      }),
    );
    if (plan.status === 'refused') {
      const listed = plan.problems.map((each) => `${each.key}: ${each.code}`).join(', ');
      throw new Error(`the demonstration's directory is not sound: ${listed}`);
    }
    if (plan.status === 'new') log.info({ release: plan.manifest.number }, 'demonstration release added');
  }

  async function publishMissing(store: ReleaseStore, producer: LaneProducer): Promise<void> {
    const stored = await store.list();
    const topic = await readDirectoryTopic(kafka, {
      readerId: `${instanceId}-reader`,
      timeoutMs: config.TOPIC_READ_TIMEOUT_MS,
      log,
    });
    const next = firstMissing(stored, topic);
    const plan = planPublication(stored, topic, next === undefined ? new Map() : await store.forms(next));
    if (plan.status === 'contradiction') {
      throw new Error(
        `Kafka does not hold the releases of the store (${plan.reason}): restore the store first`,
      );
    }
    const publish = createReleasePublisher(producer, {
      groupRecords: config.PUBLISH_GROUP_RECORDS,
      retryMs: config.PUBLISH_RETRY_MS,
      log,
    });
    for (const number of plan.numbers) {
      const records = await store.records(number);
      const missing = number === next ? records.filter(({ key }) => !plan.held.has(key)) : records;
      await publish(number, missing, stopping);
      await store.markAcknowledged(number);
    }
  }

  /** Looks again and again, in bounded attempts, so that a stop never waits for a first release. */
  async function openWhenPublished(): Promise<DirectoryReplica> {
    for (;;) {
      stopping.throwIfAborted();
      try {
        return await openDirectoryReplica(kafka, {
          instanceId,
          service: 'directory',
          timeoutMs: config.TOPIC_READ_TIMEOUT_MS,
          signal: stopping,
          onFailure: (error) => failed.resolve(error),
          log,
        });
      } catch (error) {
        if (!(error instanceof DirectoryUnavailable)) throw error;
      }
    }
  }
}
