import { checkTopics, kafkaSettingsFrom } from '@chappe/kafka';
import { migrate } from '@chappe/postgres';
import {
  createLifecycle,
  createLogger,
  createMetrics,
  createTokenVerifier,
  type RunningService,
} from '@chappe/service-kit';
import { createPulseReader } from './adapters/postgres-thread-pulses.ts';
import { createTrackingReader } from './adapters/postgres-tracking.ts';
import { createMailboxMetrics } from './adapters/prometheus-mailbox.ts';
import { createOwnTrackingReader } from './adapters/read-own-tracking.ts';
import { assembleAttachments } from './assemble-attachments.ts';
import { assembleDeadlines, assembleOwedBySlice } from './assemble-deadlines.ts';
import { assembleHttp } from './assemble-http.ts';
import { assembleLanes } from './assemble-lanes.ts';
import { assembleOutbox } from './assemble-outbox.ts';
import { assembleReaders } from './assemble-readers.ts';
import { assembleReroutes } from './assemble-reroutes.ts';
import { assembleStreams } from './assemble-streams.ts';
import { assembleWebhooks } from './assemble-webhooks.ts';
import type { MailboxConfig } from './config.ts';
import { isInside } from './domain/is-inside.ts';
import { followDirectory } from './follow-directory.ts';
import type { MailboxOverrides } from './mailbox-overrides.ts';
import { openPools } from './open-pools.ts';

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
  const { SHUTDOWN_TIMEOUT_MS: timeoutMs } = config;
  const lifecycle = createLifecycle({ log, timeoutMs, stopSignal: overrides.stopSignal });
  const signal = lifecycle.stopping;
  const production = config.CHAPPE_PROFILE === 'production';
  const kafka = kafkaSettingsFrom(config, { clientId: `mailbox-${instanceId}`, production });
  const failed = Promise.withResolvers<Error>();
  const onFailure = (error: Error): void => failed.resolve(error);
  lifecycle.onStop('metrics', () => metrics.close());

  try {
    const url = await start();
    return { url, whenFailed: failed.promise, stop: () => lifecycle.stop('stopped') };
  } catch (error) {
    await lifecycle.stop('start-failed');
    throw error;
  }

  async function start(): Promise<string> {
    const pools = openPools(config, log);
    lifecycle.onStop('postgres', pools.end);
    const measured = createMailboxMetrics(metrics, log);
    const readers = assembleReaders(pools.readers, log);
    const { inbox, sent, facets } = readers;
    const readOwnTracking = createOwnTrackingReader({
      sent,
      readTracking: createTrackingReader(pools.readers),
      isInside: (correspondent) => isInside(directory.required(), correspondent),
      nowMs,
    });
    const streams = assembleStreams(config, {
      ...{ inbox, facets, readOwnTracking, instanceId, nowMs },
      readPulses: createPulseReader(pools.readers),
      observer: measured.hub,
    });
    const directory = followDirectory(kafka, {
      ...{ instanceId, log, signal, onFailure, onChange: streams.recheck },
      waitMs: config.DIRECTORY_WAIT_MS,
    });
    lifecycle.onStop('directory', directory.close);
    lifecycle.onStop('hints', () => streams.hints.stop());
    const outbox = assembleOutbox(kafka, { pool: pools.writers, overrides, log });
    lifecycle.onStop('outbox', outbox.stop);

    const common = { metrics, overrides, currentDirectory: directory.current, log, nowMs };
    const deadlines = await assembleDeadlines(config, {
      ...{ ...common, pool: pools.deadlines, onChanged: streams.announceThreads },
    });
    lifecycle.onStop('deadlines', deadlines.stop);
    const reroutes = assembleReroutes(config, { ...common, pool: pools.deadlines });
    lifecycle.onStop('reroutes', () => reroutes.stop());
    const webhooks = assembleWebhooks(config, {
      ...{ ...common, pool: pools.webhooks, instanceId },
      readAfter: streams.store.readAfter,
      tellsPauses: deadlines.reachesIngest,
    });
    lifecycle.onStop('webhooks', () => webhooks.courier.stop());
    const lanes = assembleLanes(config, {
      ...{ ...common, kafka, pool: pools.writers, onFailure, metrics: measured.sink },
      correspondentsAt: directory.releases.at,
      owedBy: assembleOwedBySlice(config, directory.current),
      onCommitted(items) {
        streams.announceItems(items);
        webhooks.courier.nudge(items.map((item) => item.correspondent));
        if (items.length > 0) outbox.nudge();
      },
      onSaid: streams.announceThreads,
    });
    lifecycle.onStop('sinks', () => Promise.all(lanes.sinks.map((sink) => sink.stop())));

    const { OIDC_ISSUER: issuer, OIDC_JWKS_URL: jwksUrl, OIDC_AUDIENCE: audience } = config;
    const verifyToken = createTokenVerifier({ issuer, jwksUrl, audience, nowMs });
    const attachments = assembleAttachments(config, { ...common, inbox, sent, verifyToken });
    lifecycle.onStop('attachments', attachments.close);
    const app = await assembleHttp(config, {
      ...{ ...common, ...readers, kafka, directory, readOwnTracking, verifyToken },
      ...{ streams, webhooks, attachments, lanes, outbox, deadlines, reroutes },
      ...{ readers: pools.readers, replayPool: pools.replays, probe: pools.probe },
    });
    lifecycle.onStop('http', () => app.close());
    lifecycle.onStop('streams', () => streams.stop());
    lifecycle.onStop('filing', readers.stop);
    const url = await app.listen({ host: config.HTTP_HOST, port: config.HTTP_PORT });

    await checkTopics(kafka, 'mailbox', { log, signal });
    await migrate(pools.writers, { folder: new URL('../migrations/', import.meta.url), signal, log });
    await readers.start();
    await streams.hints.start();
    await outbox.start();
    await directory.open();
    await Promise.all(lanes.sinks.map((sink) => sink.start()));
    webhooks.courier.start();
    deadlines.start();
    reroutes.start();
    return url;
  }
}
