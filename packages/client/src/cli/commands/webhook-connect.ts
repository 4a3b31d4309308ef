import type { Webhook } from '../../webhook-model.ts';
import type { Webhooks } from '../../webhooks.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options that every `chappe webhook …` understands. */
export interface WebhookOptions extends GlobalOptions {
  readonly client?: boolean;
}

/** The webhooks of whoever is signed in. */
export async function openWebhooks(terminal: Terminal, options: WebhookOptions): Promise<Webhooks> {
  return (await openClient(await resolveConnection(terminal, options), options)).webhooks;
}

/** A webhook by its id, or by how its id begins. */
export async function resolveWebhook(webhooks: Webhooks, name: string): Promise<Webhook> {
  const begins = name.trim().toLowerCase();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(begins)) return webhooks.read(begins);
  const [only, another] = (await webhooks.list()).filter(({ webhookId }) => webhookId.startsWith(begins));
  if (begins.length >= 4 && only !== undefined && another === undefined) return only;
  throw new UsageError(
    {
      en: another === undefined ? `there is no webhook ${name}` : `several webhooks begin with ${name}`,
      fr:
        another === undefined
          ? `il n’y a pas de webhook ${name}`
          : `plusieurs webhooks commencent par ${name}`,
    },
    {
      en: 'chappe webhook list; name one by at least four characters',
      fr: 'chappe webhook list ; nommez-en un par quatre caractères au moins',
    },
  );
}

/**
 * Refuses, in the words of who sits here, what only whoever registered a webhook may do; the server would say no more
 * than that it is not allowed.
 */
export function requireOwn(webhook: Webhook): Webhook {
  const { you, id } = webhook.registeredBy;
  if (you) return webhook;
  throw new UsageError(
    {
      en: `${id} registered ${shortId(webhook)}: you may pause or remove it, no more`,
      fr: `${id} a déclaré ${shortId(webhook)} : vous pouvez le mettre en pause ou le supprimer, rien de plus`,
    },
    {
      en: 'act as the system of your correspondent with --client, or have that holder do it',
      fr: 'agissez comme système de votre correspondant avec --client, ou adressez-vous à ce titulaire',
    },
  );
}

/** How people name a webhook: the beginning of its id. */
export function shortId({ webhookId }: Pick<Webhook, 'webhookId'>): string {
  return webhookId.slice(0, 8);
}
