import { randomBytes } from 'node:crypto';
import { type DirectorySnapshot, resolveSubject } from '@chappe/directory';
import {
  checkTopics,
  type DirectoryReplica,
  directoryState,
  kafkaSettingsFrom,
  type LaneProducer,
  openDirectoryReplica,
} from '@chappe/kafka';
import type { Lane } from '@chappe/schemas';
import {
  createAuthenticator,
  createLifecycle,
  createLogger,
  createMetrics,
  createTokenVerifier,
  type Logger,
  Problem,
  type RunningService,
} from '@chappe/service-kit';
import { openIngestHttp } from './adapters/http-server.ts';
import { createMessageLanes } from './adapters/kafka-message-lanes.ts';
import { messageRecord } from './adapters/kafka-message-record.ts';
import { noSharedMemory, withRecentSubmissions } from './adapters/recent-submissions.ts';
import { openRedisSubmissionCache } from './adapters/redis-submission-cache.ts';
import { assembleAttachments } from './assemble-attachments.ts';
import type { IngestConfig } from './config.ts';
import type { SubmissionMemory, SubmitPorts } from './submit-message.ts';

/** What tests put around the real ports. */
export interface IngestOverrides {
  readonly wrapProducer?: (producer: LaneProducer, lane: Lane) => LaneProducer;
  readonly wrapMemory?: (memory: SubmissionMemory) => SubmissionMemory;
  readonly nowMs?: () => number;
  readonly log?: Logger;
  /** Gives up the start, or stops. */
  readonly stopSignal?: AbortSignal;
}

/**
 * Starts ingest. It listens first, so that `/readyz` says what is missing while brokers are waited for; it stops
 * in the reverse order, so that what was taken is flushed.
 */
export async function startIngest(
  config: IngestConfig,
  overrides: IngestOverrides = {},
): Promise<RunningService> {
  const log =
    overrides.log ??
    createLogger({ service: 'ingest', level: config.LOG_LEVEL, instanceId: config.INSTANCE_ID });
  const nowMs = overrides.nowMs ?? Date.now;
  const metrics = createMetrics({ service: 'ingest' });
  const lifecycle = createLifecycle({
    log,
    timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    stopSignal: overrides.stopSignal,
  });
  const failure = Promise.withResolvers<unknown>();
  lifecycle.onStop('metrics', metrics.close);
  try {
    const kafka = kafkaSettingsFrom(config, {
      clientId: `ingest-${config.INSTANCE_ID}`,
      production: config.CHAPPE_PROFILE === 'production',
    });
    let replica: DirectoryReplica | undefined;
    lifecycle.onStop('directory', () => replica?.close());
    const directory = (): DirectorySnapshot | undefined => (replica?.ready() ? replica.current() : undefined);
    const cache =
      config.REDIS_URL === undefined
        ? undefined
        : openRedisSubmissionCache({
            url: config.REDIS_URL,
            secret: config.SUBMISSION_CACHE_SECRET ?? randomBytes(32).toString('hex'),
            keyPrefix: `chappe:${config.KAFKA_TOPIC_PREFIX}ingest:`,
            ttlS: config.SUBMISSION_CACHE_TTL_S,
            commandTimeoutMs: config.SUBMISSION_CACHE_TIMEOUT_MS,
            log,
          });
    if (cache !== undefined) lifecycle.onStop('cache', cache.close);
    const laneProducers = createMessageLanes(kafka, config, {
      log,
      metrics,
      wrap: overrides.wrapProducer,
    });
    lifecycle.onStop('lanes', laneProducers.stop);

    const attachments = assembleAttachments(config, { log, metrics, nowMs });
    lifecycle.onStop('attachments', attachments.stop);
    const memory = withRecentSubmissions(cache ?? noSharedMemory);
    const submission: SubmitPorts = {
      directory: () => directoryInForce(directory()),
      memory: overrides.wrapMemory?.(memory) ?? memory,
      attachments: attachments.gate,
      encode: messageRecord,
      send: laneProducers.send,
      nowMs,
      settings: {
        ceiling: config.CLASSIFICATION_CEILING,
        retention: {
          operational: config.RETENTION_OPERATIONAL_DAYS,
          other: config.RETENTION_OTHER_DAYS,
          rehearsal: config.RETENTION_REHEARSAL_DAYS,
        },
      },
    };
    const authenticate = createAuthenticator({
      verifyToken: createTokenVerifier({
        issuer: config.OIDC_ISSUER,
        jwksUrl: config.OIDC_JWKS_URL,
        audience: config.OIDC_AUDIENCE,
      }),
      resolveSubject: (token, actingAs, atMs) => {
        const snapshot = directory();
        return snapshot === undefined ? undefined : resolveSubject(snapshot, token, actingAs, atMs);
      },
    });
    const http = await openIngestHttp(config, {
      log,
      metrics,
      authenticate,
      submission,
      uploads: attachments.routes,
      nowMs,
      dependencies: {
        ...attachments.health,
        kafka: laneProducers.health,
        directory: () => directoryState(replica),
        ...(cache === undefined ? {} : { redis: () => ({ state: cache.state(), optional: true }) }),
      },
    });
    lifecycle.onStop('http', http.close);

    await checkTopics(kafka, 'ingest', { log, signal: lifecycle.stopping });
    await laneProducers.start();
    replica = await openDirectoryReplica(kafka, {
      instanceId: config.INSTANCE_ID,
      service: 'ingest',
      log,
      signal: lifecycle.stopping,
      onFailure: failure.resolve,
    });
    return {
      url: http.url,
      whenFailed: failure.promise,
      stop: () => lifecycle.stop('requested'),
    };
  } catch (error) {
    await lifecycle.stop('start-failed');
    throw error;
  }
}

/** Nobody is authenticated before the directory is there, so this is for the moment in which it is lost. */
function directoryInForce(snapshot: DirectorySnapshot | undefined): DirectorySnapshot {
  if (snapshot === undefined) throw new Problem('unavailable', { retryAfterS: 2 });
  return snapshot;
}
