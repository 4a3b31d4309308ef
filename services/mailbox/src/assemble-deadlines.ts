import type { DirectorySnapshot } from '@chappe/directory';
import type { Log } from '@chappe/kafka';
import type { Pool } from '@chappe/postgres';
import type { Metrics } from '@chappe/service-kit';
import type { OwedBySlice } from './adapters/kafka-deliveries.ts';
import { createMailPager } from './adapters/page-by-mail.ts';
import { createWebhookPager } from './adapters/page-by-webhook.ts';
import { createReminderPoster } from './adapters/post-reminder.ts';
import { createThreadReview } from './adapters/postgres-review-threads.ts';
import { createDeadlineSweep } from './adapters/postgres-sweep-deadlines.ts';
import { createDeadlineMetrics } from './adapters/prometheus-deadlines.ts';
import { readClientKey } from './adapters/read-client-key.ts';
import { createErrandRound, type ErrandRunners, forgetDoneErrands } from './adapters/run-errands.ts';
import { createDeadlineWatch, type DeadlineWatch } from './adapters/watch-deadlines.ts';
import type { MailboxConfig } from './config.ts';
import type { DeadlineTerms } from './domain/deadline.ts';
import { owedBySlice } from './domain/owed-by-slice.ts';
import type { MailboxOverrides } from './mailbox-overrides.ts';

/** Says what a slice causes and settles; without a directory yet, no channel has a clock. */
export function assembleOwedBySlice(
  config: MailboxConfig,
  currentDirectory: () => DirectorySnapshot | undefined,
): OwedBySlice {
  const terms: DeadlineTerms = {
    flashAcknowledgeMs: config.FLASH_ACKNOWLEDGE_WITHIN_MS,
    takeInChargeMs: {
      flash: config.TAKE_IN_CHARGE_FLASH_WITHIN_MS,
      urgent: config.TAKE_IN_CHARGE_URGENT_WITHIN_MS,
      routine: config.TAKE_IN_CHARGE_ROUTINE_WITHIN_MS,
    },
    complyMs: config.COMPLY_WITHIN_MS,
  };
  return (deliveries, nowMs) =>
    owedBySlice(deliveries, {
      channels: currentDirectory()?.channels ?? new Map(),
      terms,
      receivedAtMs: nowMs,
    });
}

/** The watch over deadlines, and whether what it owes anybody to be told can leave through ingest. */
export interface AssembledDeadlines extends DeadlineWatch {
  readonly reachesIngest: boolean;
}

/** Joins the sweep to ingest and to the operator's pagers. Reads the key of the mailbox's own client. */
export async function assembleDeadlines(
  config: MailboxConfig,
  parts: {
    pool: Pool;
    metrics: Metrics;
    overrides: MailboxOverrides;
    currentDirectory(): DirectorySnapshot | undefined;
    /** What is owed in these threads has changed; must not throw. */
    onChanged(threadIds: readonly string[]): void;
    log: Log;
    nowMs(): number;
  },
): Promise<AssembledDeadlines> {
  const { pool, log, overrides } = parts;
  const measured = createDeadlineMetrics(parts.metrics);
  const plainRunners = await errandRunners(config, parts.nowMs);
  const runners = overrides.wrapErrands?.(plainRunners) ?? plainRunners;
  if (runners.INGEST === undefined) {
    log.warn(
      { step: 'deadlines' },
      'INGEST_URL is not set: deadlines are recorded, and nobody is told of them',
    );
  }
  const plainSweep = createDeadlineSweep(pool, {
    serviceCorrespondent: config.SERVICE_CORRESPONDENT,
    channels: (['INGEST', 'MAIL', 'WEBHOOK'] as const).filter((channel) => runners[channel] !== undefined),
    batch: config.DEADLINE_SWEEP_BATCH,
  });
  const plainReview = createThreadReview(pool, { batch: config.DEADLINE_SWEEP_BATCH });
  const watch = createDeadlineWatch({
    sweep: overrides.wrapSweep?.(plainSweep) ?? plainSweep,
    reviewThreads: overrides.wrapReview?.(plainReview) ?? plainReview,
    runErrands: createErrandRound(pool, runners, { timeoutMs: config.ERRAND_TIMEOUT_MS }),
    forgetErrands: () => forgetDoneErrands(pool),
    currentDirectory: parts.currentDirectory,
    onSwept: measured.fired,
    onRan: measured.ran,
    onChanged: parts.onChanged,
    batch: config.DEADLINE_SWEEP_BATCH,
    everyMs: config.DEADLINE_SWEEP_MS,
    log,
  });
  return { ...watch, reachesIngest: runners.INGEST !== undefined };
}

async function errandRunners(config: MailboxConfig, nowMs: () => number): Promise<ErrandRunners> {
  const timeoutMs = config.ERRAND_TIMEOUT_MS;
  const { INGEST_URL, SERVICE_CLIENT_ID, SERVICE_CLIENT_KEY_FILE } = config;
  const { PAGE_MAIL_URL, PAGE_MAIL_FROM, PAGE_MAIL_TO, PAGE_WEBHOOK_URL, PAGE_WEBHOOK_SECRET } = config;
  const posts =
    INGEST_URL !== undefined && SERVICE_CLIENT_ID !== undefined && SERVICE_CLIENT_KEY_FILE !== undefined;
  const mails = PAGE_MAIL_URL !== undefined && PAGE_MAIL_FROM !== undefined && PAGE_MAIL_TO !== undefined;
  const calls = PAGE_WEBHOOK_URL !== undefined && PAGE_WEBHOOK_SECRET !== undefined;
  return {
    ...(posts
      ? {
          INGEST: createReminderPoster({
            ingestUrl: INGEST_URL,
            credentials: {
              issuer: config.OIDC_ISSUER,
              clientId: SERVICE_CLIENT_ID,
              privateJwk: await readClientKey(SERVICE_CLIENT_KEY_FILE),
              resource: config.OIDC_AUDIENCE,
            },
            correspondent: config.SERVICE_CORRESPONDENT,
            timeoutMs,
          }),
        }
      : {}),
    ...(mails
      ? { MAIL: createMailPager({ url: PAGE_MAIL_URL, from: PAGE_MAIL_FROM, to: PAGE_MAIL_TO, timeoutMs }) }
      : {}),
    ...(calls
      ? {
          WEBHOOK: createWebhookPager({
            url: PAGE_WEBHOOK_URL,
            secret: PAGE_WEBHOOK_SECRET,
            timeoutMs,
            nowMs,
          }),
        }
      : {}),
  };
}
