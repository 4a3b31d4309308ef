import { randomBytes, randomUUID } from 'node:crypto';
import { Problem } from '@chappe/service-kit';
import { answersChallenge, challengeBody } from '../domain/webhook-body.ts';
import type { Webhook, WebhookStore } from './postgres-webhooks.ts';
import type { SendWebhook, WebhookAnswer } from './webhook-sender.ts';

/** What a request out of turn needs. */
export interface ProbePorts {
  readonly store: Pick<WebhookStore, 'takeProbe'>;
  readonly send: SendWebhook;
  /** The headers that sign a body, or null when a secret cannot be opened. */
  sign(webhook: Webhook, messageId: string, body: string): Promise<Readonly<Record<string, string>> | null>;
  nowMs(): number;
}

const challengeBytes = 24;
const challengeAnswerBytes = 1_024;
const probePauseS = 2;

/** Calls a target now; people who press a button do not become a flood. */
export async function probeWebhook(
  ports: ProbePorts,
  webhook: Webhook,
  body: string,
  readAnswerBytes = 0,
): Promise<WebhookAnswer> {
  if (!(await ports.store.takeProbe(webhook.webhookId)))
    throw new Problem('rate-limited', { retryAfterS: probePauseS });
  const headers = await ports.sign(webhook, `msg_${randomUUID()}`, body);
  if (headers !== null) return ports.send({ url: webhook.url, headers, body, readAnswerBytes });
  return { outcome: 'secret-unreadable', httpStatus: null, retryAfterMs: null, durationMs: 0, answer: '' };
}

/** Has the address of a webhook prove that whoever answers there knows its secret; refuses what does not. */
export async function challengeTarget(ports: ProbePorts, webhook: Webhook): Promise<void> {
  const challenge = randomBytes(challengeBytes).toString('base64url');
  const body = challengeBody(challenge, ports.nowMs());
  const asked = await probeWebhook(ports, webhook, body, challengeAnswerBytes);
  if (asked.outcome === 'delivered' && answersChallenge(asked.answer, challenge)) return;
  const why = asked.outcome === 'delivered' ? 'wrong-answer' : asked.outcome;
  throw new Problem('webhook-challenge-failed', { detail: `The target did not prove itself: ${why}.` });
}
