import { randomBytes, randomUUID } from 'node:crypto';
import type { DirectorySnapshot } from '@chappe/directory';
import type { Pool } from '@chappe/postgres';
import type { HttpServer, Logger, Metrics } from '@chappe/service-kit';
import { registerWebhookActs } from './adapters/http-webhook-acts.ts';
import { registerWebhookAddressRoute } from './adapters/http-webhook-address.ts';
import { registerWebhookRoutes } from './adapters/http-webhooks.ts';
import type { RecordOpening } from './adapters/postgres-audit.ts';
import { createWebhookHistory } from './adapters/postgres-webhook-history.ts';
import { createWebhookQueue } from './adapters/postgres-webhook-queue.ts';
import { createWebhookSecrets } from './adapters/postgres-webhook-secrets.ts';
import { createWebhookStore } from './adapters/postgres-webhooks.ts';
import type { StreamStore } from './adapters/stream-hub.ts';
import { createWebhookCourier, type WebhookCourier } from './adapters/webhook-courier.ts';
import { createWebhookSender } from './adapters/webhook-sender.ts';
import { type SignatureKind, signedHeaders } from './adapters/webhook-signer.ts';
import { createTargetGuard } from './adapters/webhook-target-guard.ts';
import { createWebhookVault } from './adapters/webhook-vault.ts';
import type { MailboxConfig } from './config.ts';
import { webhookHolder } from './domain/webhook-holder.ts';
import type { MailboxOverrides } from './mailbox-overrides.ts';

/** The webhooks of this replica. */
export interface AssembledWebhooks {
  readonly courier: WebhookCourier;
  registerRoutes(app: HttpServer, recordOpening: RecordOpening): void;
}

/** Joins the registrations, the queue and the sender of webhooks. */
export function assembleWebhooks(
  config: MailboxConfig,
  parts: {
    pool: Pool;
    readAfter: StreamStore['readAfter'];
    currentDirectory(): DirectorySnapshot | undefined;
    /** Whether correspondents can be told of pauses: otherwise they stand in lists, log and metric alone. */
    tellsPauses: boolean;
    overrides: MailboxOverrides;
    instanceId: string;
    metrics: Metrics;
    log: Logger;
    nowMs(): number;
  },
): AssembledWebhooks {
  const { pool, log, nowMs } = parts;
  const secrets = createWebhookSecrets(createWebhookVault(sealingKeys(config)));
  const store = createWebhookStore(pool, {
    secrets,
    mostPerCorrespondent: config.WEBHOOK_MAX_PER_CORRESPONDENT,
  });
  const locate = createTargetGuard(
    {
      allowed: config.WEBHOOK_ALLOWED_TARGETS,
      ports: config.WEBHOOK_ALLOWED_PORTS,
      plainWhereListed: config.CHAPPE_PROFILE === 'demonstration',
    },
    parts.overrides.resolveWebhookHost,
  );
  const plainSend = createWebhookSender({ locate, timeoutMs: config.WEBHOOK_TIMEOUT_MS });
  const send = parts.overrides.wrapSendWebhook?.(plainSend) ?? plainSend;
  const sign = async (
    { webhookId, signature }: { webhookId: string; signature: SignatureKind },
    id: string,
    body: string,
  ) => {
    const valid = await secrets.valid(pool, webhookId);
    const message = { id, atS: Math.floor(nowMs() / 1_000), body };
    return valid === null ? null : signedHeaders(signature, valid, message);
  };
  const retry = {
    firstDelayMs: config.WEBHOOK_RETRY_FIRST_MS,
    mostDelayMs: config.WEBHOOK_RETRY_MOST_MS,
    tryForMs: config.WEBHOOK_RETRY_FOR_MS,
  };
  // Twice what an attempt may take, and what the store may take beside it.
  const leaseMs = 2 * config.WEBHOOK_TIMEOUT_MS + 10_000;
  const owner = `${parts.instanceId}/${randomUUID()}`;
  const attempts = parts.metrics.counter(
    'chappe_mailbox_webhook_attempts_total',
    'Requests to webhooks, by what came of them',
    ['outcome'],
  );
  const paused = parts.metrics.counter(
    'chappe_mailbox_webhooks_paused_total',
    'Webhooks that were paused because of their targets',
    ['reason'],
  );
  const courier = createWebhookCourier(
    {
      queue: createWebhookQueue(pool, { owner, leaseMs, bounds: retry, tellsPauses: parts.tellsPauses }),
      readAfter: parts.readAfter,
      subjectNow(webhook) {
        const directory = parts.currentDirectory();
        return directory === undefined ? null : webhookHolder(directory, webhook, nowMs());
      },
      sign,
      send,
      observer: {
        attempted: (outcome) => attempts.inc({ outcome }),
        paused(reason) {
          paused.inc({ reason });
          log.warn({ reason }, 'a webhook was paused');
        },
        failed: (error) => log.warn({ err: error }, 'webhooks were not served'),
      },
      nowMs,
      random: Math.random,
    },
    {
      maxActive: config.WEBHOOK_MAX_ACTIVE,
      maxRequests: config.WEBHOOK_MAX_REQUESTS,
      pollMs: config.WEBHOOK_POLL_MS,
      attemptTimeoutMs: config.WEBHOOK_TIMEOUT_MS,
      leaseMs,
      retry,
      historyDays: config.WEBHOOK_HISTORY_DAYS,
      publicUrl: config.PUBLIC_URL,
    },
  );
  return {
    courier,
    registerRoutes(app, recordOpening) {
      const ports = { store, locate, recordOpening, nudge: () => courier.nudge() };
      registerWebhookRoutes(app, ports);
      registerWebhookAddressRoute(app, { ...ports, send, sign, nowMs });
      registerWebhookActs(app, { ...ports, history: createWebhookHistory(pool), send, sign, nowMs });
    },
  };
}

/** In the demonstration a key that nobody gave lives as long as the process; production does not start without. */
function sealingKeys(config: MailboxConfig): [string, ...string[]] {
  const { WEBHOOK_ENCRYPTION_KEY: current, WEBHOOK_ENCRYPTION_KEY_PREVIOUS: previous } = config;
  return [current ?? randomBytes(32).toString('hex'), ...(previous === undefined ? [] : [previous])];
}
