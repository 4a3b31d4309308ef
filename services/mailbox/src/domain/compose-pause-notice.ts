import { deriveSubmissionId } from '@chappe/schemas';
import type { ServiceRequest } from './compose-reminder.ts';

/** A webhook that was paused because of its target. */
export interface PausedWebhook {
  readonly webhookId: string;
  readonly correspondent: string;
  readonly url: string;
  readonly because: 'FAILING' | 'GONE';
  /** By the clock of the database, to the millisecond; the same pause always has the same moment. */
  readonly pausedAtMs: number;
  /** Since when it took nothing. */
  readonly failingSinceMs: number | null;
}

/**
 * The word to the correspondent that holds a webhook that it was paused, under a submission id of that pause, so that
 * it exists once whoever posts it. It names the webhook by id and host: the rest of an address may be a secret.
 */
export function composePauseNotice(paused: PausedWebhook): ServiceRequest {
  const { webhookId, correspondent, pausedAtMs } = paused;
  return {
    submissionId: deriveSubmissionId(pausedAtMs, 'webhook-pause', webhookId, String(pausedAtMs)),
    kind: 'SERVICE',
    status: 'ACTUAL',
    activity: 'TECHNICAL',
    urgency: 'ROUTINE',
    language: 'fr',
    classification: 'NOT_PROTECTED',
    recipients: { action: [{ correspondent }] },
    body: { code: 'NOTICE', text: textOf(paused) },
  };
}

function textOf({ webhookId, url, because, failingSinceMs, pausedAtMs }: PausedWebhook): string {
  const { host } = new URL(url);
  const since = new Date(failingSinceMs ?? pausedAtMs).toISOString();
  const cause =
    because === 'GONE'
      ? { fr: 'la cible a répondu 410 (plus rien à recevoir)', en: 'its target answered 410 (wants no more)' }
      : { fr: `la cible n’a rien pris depuis ${since}`, en: `its target has taken nothing since ${since}` };
  return (
    `Webhook ${webhookId} vers ${host} mis en pause : ${cause.fr}. Rien n’est perdu : ce qui attend partira à la ` +
    `reprise (chappe webhook resume ${webhookId}). / Webhook ${webhookId} to ${host} paused: ${cause.en}. Nothing is ` +
    `lost: what waits is sent once it is resumed (chappe webhook resume ${webhookId}).`
  );
}
