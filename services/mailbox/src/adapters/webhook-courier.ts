import { performance } from 'node:perf_hooks';
import type { Subject } from '@chappe/policy';
import type { InboxItem } from '../domain/inbox-item.ts';
import {
  type AttemptResult,
  judgeWebhookAttempt,
  type RetryBounds,
} from '../domain/judge-webhook-attempt.ts';
import { showItem } from '../domain/show-item.ts';
import { itemBody, webhookMessageId } from '../domain/webhook-body.ts';
import type { ClaimedWebhook, DueDelivery, WebhookQueue } from './postgres-webhook-queue.ts';
import type { WebhookPost } from './webhook-sender.ts';
import type { SignatureKind } from './webhook-signer.ts';

/** What the courier needs of the rest. */
export interface CourierPorts {
  readonly queue: WebhookQueue;
  /** The items after a number of an inbox, ascending. */
  readAfter(correspondent: string, number: number, limit: number): Promise<readonly InboxItem[]>;
  /** The holder as the directory sees it now, or null when it may not be sent this inbox. */
  subjectNow(webhook: ClaimedWebhook): Subject | null;
  /** The headers that sign a body, or null when a secret cannot be opened. */
  sign(
    webhook: { webhookId: string; signature: SignatureKind },
    messageId: string,
    body: string,
  ): Promise<Readonly<Record<string, string>> | null>;
  send(post: WebhookPost): Promise<AttemptResult>;
  readonly observer: CourierObserver;
  nowMs(): number;
  random(): number;
}

/** What the courier makes known of itself. */
export interface CourierObserver {
  attempted(outcome: string): void;
  paused(because: string): void;
  failed(error: unknown): void;
}

/** What bounds one replica. */
export interface CourierLimits {
  readonly maxActive: number;
  readonly maxRequests: number;
  readonly pollMs: number;
  /** Of one attempt; no attempt begins that the lease might not outlast. */
  readonly attemptTimeoutMs: number;
  readonly leaseMs: number;
  readonly retry: RetryBounds;
  readonly historyDays: number;
  readonly publicUrl: string;
}

/** Sends what is due to the webhooks that this replica could lease. */
export interface WebhookCourier {
  start(): void;
  /** Something was put into these inboxes; all of them when a webhook has changed. */
  nudge(correspondents?: Iterable<string>): void;
  /** Breaks off the attempts under way; whoever comes next begins them anew. */
  stop(): Promise<void>;
}

/** How long a webhook is left alone whose holder may be told nothing at the moment, or that met a fault of ours. */
const setAsideMs = 5_000;
const forgetEveryMs = 3_600_000;

/** Makes the courier of one replica. */
export function createWebhookCourier(ports: CourierPorts, limits: CourierLimits): WebhookCourier {
  const { queue } = ports;
  const active = new Map<string, Promise<void>>();
  let running: Promise<void> | undefined;
  let stopping = false;
  const ended = new AbortController();
  let nudged = Promise.withResolvers<void>();
  let forgottenAtMs = Number.NEGATIVE_INFINITY;
  // Most inboxes have no webhook: what is put into those must cost nothing here.
  let watched: ReadonlySet<string> = new Set();

  async function dispatch(): Promise<void> {
    while (!stopping) {
      const woken = nudged.promise;
      try {
        watched = new Set(await queue.watched());
        const room = limits.maxActive - active.size;
        const claimed = room === 0 ? [] : await queue.claim(room, [...active.keys()]);
        for (const webhook of claimed) {
          const serving = serve(webhook)
            .catch(ports.observer.failed)
            .finally(() => active.delete(webhook.webhookId));
          active.set(webhook.webhookId, serving);
        }
        await forgetNowAndThen();
      } catch (error) {
        ports.observer.failed(error);
      }
      await pause([woken]);
    }
    await Promise.all(active.values());
  }

  async function forgetNowAndThen(): Promise<void> {
    if (performance.now() - forgottenAtMs < forgetEveryMs) return;
    forgottenAtMs = performance.now();
    await queue.forget(limits.historyDays);
  }

  /** Until the next poll, or one of these events. */
  async function pause(events: readonly Promise<unknown>[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const elapsed = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limits.pollMs);
    });
    if (!stopping) await Promise.race([elapsed, ...events]);
    clearTimeout(timer);
  }

  /** Sends to one webhook until nothing is due, then gives the lease back. */
  async function serve(webhook: ClaimedWebhook): Promise<void> {
    const underWay = new Map<string, Promise<void>>();
    let restMs = 0;
    try {
      while (!stopping && restMs === 0) {
        const woken = nudged.promise;
        const leaseEndMs = performance.now() + limits.leaseMs;
        const standing = await queue.advance(webhook);
        if (standing === null) break;
        if (ports.subjectNow(webhook) === null) {
          restMs = setAsideMs;
          break;
        }
        const room = (standing.away ? 1 : limits.maxRequests) - underWay.size;
        const due = room <= 0 ? [] : await queue.due(webhook.webhookId, room, [...underWay.keys()]);
        for (const delivery of due) {
          const done = attempt(webhook, delivery, leaseEndMs)
            .catch((error: unknown) => {
              ports.observer.failed(error);
              restMs = setAsideMs;
            })
            .finally(() => underWay.delete(delivery.threadId));
          underWay.set(delivery.threadId, done);
        }
        if (standing.moved) continue;
        if (underWay.size === 0) break;
        await pause([woken, ...underWay.values()]);
      }
    } finally {
      await Promise.all(underWay.values());
      await queue.release(webhook.webhookId, restMs);
    }
  }

  async function attempt(webhook: ClaimedWebhook, delivery: DueDelivery, leaseEndMs: number): Promise<void> {
    const { webhookId, correspondent } = webhook;
    const { deliveryId, number } = delivery;
    const [item] = await ports.readAfter(correspondent, number - 1, 1);
    const subject = ports.subjectNow(webhook);
    if (subject === null) return;
    const shown = item?.deliveryId === deliveryId ? showItem(item, subject, ports.nowMs()) : null;
    if (shown === null) return queue.withhold(webhookId, deliveryId);
    const body = itemBody(shown, limits.publicUrl);
    const headers = await ports.sign(webhook, webhookMessageId(webhookId, deliveryId), body);
    // A process that was stopped in the meantime must not send beside the one that took over.
    if (stopping || performance.now() + limits.attemptTimeoutMs > leaseEndMs) return;
    const result: AttemptResult =
      headers === null
        ? { outcome: 'secret-unreadable', httpStatus: null, retryAfterMs: null, durationMs: 0 }
        : await ports.send({ url: webhook.url, headers, body, signal: ended.signal });
    // What this replica broke off says nothing of the target: the next one begins the attempt anew.
    if (stopping && result.outcome !== 'delivered') return;
    ports.observer.attempted(result.outcome);
    const facts = { ...delivery, failures: delivery.failures + 1 };
    const verdict = judgeWebhookAttempt(result, facts, limits.retry, ports.random());
    const recorded = await queue.record({ webhookId, deliveryId, url: webhook.url, result, verdict });
    if (recorded.pausedBecause !== null) ports.observer.paused(recorded.pausedBecause);
  }

  return {
    start() {
      running ??= dispatch();
    },
    nudge(correspondents) {
      if (correspondents !== undefined && ![...correspondents].some((each) => watched.has(each))) return;
      nudged.resolve();
      nudged = Promise.withResolvers();
    },
    async stop() {
      stopping = true;
      ended.abort();
      nudged.resolve();
      await running;
    },
  };
}
