import { type DirectorySnapshot, resolveSubject } from '@chappe/directory';
import {
  checkTopics,
  type DirectoryReplica,
  directoryState,
  kafkaSettingsFrom,
  openDirectoryReplica,
  sinkState,
} from '@chappe/kafka';
import { createPool, migrate, type Pool } from '@chappe/postgres';
import { messageRequestSchema, serverSetFields, warmUpCodec } from '@chappe/schemas';
import {
  createAuthenticator,
  createHttpServer,
  createLifecycle,
  createLogger,
  createMetrics,
  createProducerMetrics,
  createSinkMetrics,
  createTokenVerifier,
  type RunningService,
} from '@chappe/service-kit';
import { registerExplain } from './adapters/http-explain.ts';
import { registerWhy } from './adapters/http-why.ts';
import { createDecisionStore } from './adapters/postgres-decision-store.ts';
import { createFindOverdueThreads, createPendingPublications } from './adapters/postgres-waiting.ts';
import { createRoutingMetrics } from './adapters/prometheus-routing.ts';
import { assembleDeadLetters } from './assemble-dead-letters.ts';
import { assembleLane, type RouterOverrides } from './assemble-lane.ts';
import { assembleRehearsals } from './assemble-rehearsals.ts';
import type { RouterConfig } from './config.ts';
import { explainAbsenceOf } from './routing/explain-absence-of.ts';
import { explainRouting } from './routing/explain-routing.ts';
import { relayPending } from './routing/relay-pending.ts';
import { repeat } from './routing/repeat.ts';
import { sweepHeld } from './routing/sweep-held.ts';

const relayIntervalMs = 5_000;

/** Starts the router: reads the message topics, decides once, records, publishes, advances. */
export async function startRouter(
  config: RouterConfig,
  overrides: RouterOverrides = {},
): Promise<RunningService> {
  const log = createLogger({ service: 'router', level: config.LOG_LEVEL, instanceId: config.INSTANCE_ID });
  const lifecycle = createLifecycle({
    log,
    timeoutMs: config.SHUTDOWN_TIMEOUT_MS,
    stopSignal: overrides.stopSignal,
  });
  const { promise: whenFailed, resolve: onFailure } = Promise.withResolvers<Error>();
  const nowMs = overrides.nowMs ?? Date.now;
  const bounds = { referenceWaitMs: config.REFERENCE_WAIT_MS, maxHeldPerSender: config.MAX_HELD_PER_SENDER };
  const metrics = createMetrics({ service: 'router' });
  lifecycle.onStop('metrics', () => metrics.close());
  const countRouted = createRoutingMetrics(metrics);
  const kafka = kafkaSettingsFrom(config, {
    clientId: `router-${config.INSTANCE_ID}`,
    production: config.CHAPPE_PROFILE === 'production',
  });
  warmUpCodec();

  const openPool = (name: string, max: number): Pool => {
    const pool = createPool({
      url: config.POSTGRES_URL,
      applicationName: `router ${name}`,
      max,
      statementTimeoutMs: config.POSTGRES_STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: config.POSTGRES_LOCK_TIMEOUT_MS,
      log,
    });
    lifecycle.onStop(`postgres ${name}`, () => pool.end());
    return pool;
  };
  // Explanations, sweeps and relays share a pool of their own: none of them may hold up a lane.
  const sidePool = openPool('side', 2);
  const sideStore = createDecisionStore(sidePool);
  const pending = createPendingPublications(sidePool);
  const findOverdue = createFindOverdueThreads(sidePool);

  let replica: DirectoryReplica | undefined;
  const directory = (): DirectorySnapshot | undefined => (replica?.ready() ? replica.current() : undefined);
  const directoryInForce = (): DirectorySnapshot => {
    const snapshot = directory();
    if (snapshot === undefined) throw new DirectoryNotReady('no release is in force');
    return snapshot;
  };

  const sinkMetrics = createSinkMetrics(metrics);
  const producerMetrics = createProducerMetrics(metrics);
  const lanes = config.ROUTER_LANES.map((lane) =>
    assembleLane(lane, {
      kafka,
      pool: openPool(lane, config.POSTGRES_POOL_MAX),
      directory: directoryInForce,
      maxSliceRecords: config.MAX_SLICE_RECORDS,
      sessionTimeoutMs: config.SINK_SESSION_TIMEOUT_MS,
      nowMs,
      bounds,
      overrides,
      sinkMetrics,
      producerMetrics: producerMetrics(`router.${lane}`),
      onRouted(outcome) {
        countRouted(outcome, lane);
        if (outcome.released.length > 0) relay.nudge();
      },
      log,
    }),
  );

  const app = await createHttpServer({
    service: 'router',
    log,
    metrics,
    authenticate: createAuthenticator({
      verifyToken: createTokenVerifier({
        issuer: config.OIDC_ISSUER,
        jwksUrl: config.OIDC_JWKS_URL,
        audience: config.OIDC_AUDIENCE,
      }),
      resolveSubject: (token, actingAs, now) => {
        const snapshot = directory();
        return snapshot === undefined ? undefined : resolveSubject(snapshot, token, actingAs, now);
      },
    }),
    dependencies: {
      kafka: () => sinkState(lanes.map(({ sink }) => sink)),
      directory: () => directoryState(replica),
      postgres: () => sidePool.query('SELECT 1').then(() => ({ state: 'ready' as const })),
    },
    bodyLimitBytes: 512 * 1024,
    openapi: { title: 'Chappe router', version: '1' },
    publicUrl: config.PUBLIC_URL,
    sharedSchemas: [messageRequestSchema],
    serverFields: serverSetFields.map((name) => `/${name}`),
  });
  registerExplain(app, {
    directory,
    nowMs,
    explain: (message, snapshot) =>
      explainRouting(message, sideStore, { directory: snapshot, nowMs: nowMs(), ...bounds }),
  });
  registerWhy(app, {
    directory,
    nowMs,
    explainAbsence: (question, snapshot) => explainAbsenceOf(question, sideStore, snapshot),
  });
  assembleRehearsals(app, { pool: sidePool, threads: sideStore, directory, issuer: config.OIDC_ISSUER });
  const deadLetters = assembleDeadLetters(app, {
    postgresUrl: config.POSTGRES_URL,
    kafka,
    sources: lanes.map(({ replays }) => replays),
    lifecycle,
    nowMs,
    log,
  });
  const url = await app.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });
  lifecycle.onStop('http server', () => app.close());

  await checkTopics(kafka, 'router', { log, signal: lifecycle.stopping });
  const migrations = new URL('../migrations/', import.meta.url);
  await migrate(sidePool, { folder: migrations, signal: lifecycle.stopping, log });
  deadLetters.start();
  replica = await openDirectoryReplica(kafka, {
    instanceId: config.INSTANCE_ID,
    service: 'router',
    signal: lifecycle.stopping,
    onFailure,
    log,
  });
  lifecycle.onStop('directory replica', () => replica?.close());
  const relay = repeat(() => relayPending(pending, lanes), {
    everyMs: relayIntervalMs,
    onFailure: (err) => log.warn({ err }, 'pending publications not published'),
  });
  for (const lane of lanes) {
    lane.sink.onFailure(onFailure);
    lifecycle.onStop(`lane ${lane.lane}`, () => lane.stop());
  }
  await Promise.all(lanes.map((lane) => lane.start()));

  // What this instance has not read yet may hold the references that others wait for.
  const sweepFromMs = nowMs() + bounds.referenceWaitMs;
  const sweeper = repeat(
    async () => {
      if (nowMs() < sweepFromMs) return;
      const context = { directory: directoryInForce(), nowMs: nowMs(), ...bounds };
      const ended = await sweepHeld(findOverdue, sideStore, context, (outcome) =>
        countRouted(outcome, 'swept'),
      );
      if (ended > 0) relay.nudge();
    },
    {
      everyMs: config.SWEEP_INTERVAL_MS,
      onFailure: (err) => log.warn({ err }, 'overdue messages not swept'),
    },
  );
  lifecycle.onStop('relay', () => relay.stop());
  lifecycle.onStop('sweeper', () => sweeper.stop());
  return { url, stop: () => lifecycle.stop('requested'), whenFailed };
}

/** Thrown while no release of the directory is in force: the slice waits. */
class DirectoryNotReady extends Error {
  override readonly name = 'DirectoryNotReady';
  readonly code = 'DIRECTORY_NOT_READY';
  readonly transient = true;
}
