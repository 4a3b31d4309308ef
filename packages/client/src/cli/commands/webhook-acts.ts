import type { Webhook } from '../../webhook-model.ts';
import type { Webhooks } from '../../webhooks.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Text } from '../language.ts';
import { printJson } from '../print-json.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { hostOf, outcomeWords, targetErrorInWords } from '../webhook-words.ts';
import { openWebhooks, requireOwn, resolveWebhook, shortId, type WebhookOptions } from './webhook-connect.ts';

/** Has the target prove itself. */
export async function verify(terminal: Terminal, name: string, options: WebhookOptions): Promise<ExitCode> {
  const { webhooks, webhook } = await ownNamed(terminal, name, options);
  const verified = await webhooks.verify(webhook.webhookId).catch((error: unknown) => {
    throw targetErrorInWords(error, terminal);
  });
  return said(terminal, verified, options, {
    en: 'has proven itself: new items are sent to it',
    fr: 'a fait sa preuve : les nouveaux éléments lui sont envoyés',
  });
}

/** Calls the target, and ends as refused when it does not take the word. */
export async function test(terminal: Terminal, name: string, options: WebhookOptions): Promise<ExitCode> {
  const { webhooks, webhook } = await ownNamed(terminal, name, options);
  const attempt = await webhooks.test(webhook.webhookId);
  const taken = attempt.outcome === 'delivered';
  if (options.json === true) printJson(terminal, attempt);
  else {
    const { colours } = terminal;
    const mark = taken ? colours.green('✓') : colours.red('✗');
    terminal.out(
      `${mark} ${hostOf(webhook.url)}: ${outcomeWords(attempt, terminal)}, ${attempt.durationMs} ms`,
    );
  }
  return taken ? exitCodes.ok : exitCodes.refused;
}

/** Stops sending. */
export async function pause(terminal: Terminal, name: string, options: WebhookOptions): Promise<ExitCode> {
  const { webhooks, webhook } = await named(terminal, name, options);
  const paused = await webhooks.change(webhook.webhookId, { state: 'PAUSED' });
  return said(terminal, paused, options, {
    en: 'is paused; what comes waits',
    fr: 'est en pause ; ce qui vient attend',
  });
}

/** Goes on. */
export async function resume(terminal: Terminal, name: string, options: WebhookOptions): Promise<ExitCode> {
  const { webhooks, webhook } = await ownNamed(terminal, name, options);
  const resumed = await webhooks.change(webhook.webhookId, { state: 'ACTIVE' });
  return said(terminal, resumed, options, {
    en: `goes on; ${resumed.pending} waited`,
    fr: `reprend ; ${resumed.pending} en attente`,
  });
}

/** Moves to another address, which has to prove itself. */
export async function move(
  terminal: Terminal,
  name: string,
  url: string,
  options: WebhookOptions,
): Promise<ExitCode> {
  const { webhooks, webhook } = await ownNamed(terminal, name, options);
  const moved = await webhooks
    .move(webhook.webhookId, url, { version: webhook.version })
    .catch((error: unknown) => {
      throw targetErrorInWords(error, terminal);
    });
  return said(terminal, moved, options, {
    en: `is now at ${hostOf(moved.url)}; ${moved.pending} waited`,
    fr: `est désormais à ${hostOf(moved.url)} ; ${moved.pending} en attente`,
  });
}

/** Sends an item again. */
export async function resend(
  terminal: Terminal,
  name: string,
  number: string,
  options: WebhookOptions,
): Promise<ExitCode> {
  if (!/^[1-9]\d{0,14}$/.test(number)) {
    throw new UsageError(
      { en: `${number} is not a number of the inbox`, fr: `${number} n’est pas un numéro de la boîte` },
      { en: 'chappe webhook history shows them', fr: 'chappe webhook history les montre' },
    );
  }
  const { webhooks, webhook } = await ownNamed(terminal, name, options);
  await webhooks.resend(webhook.webhookId, Number(number));
  return said(terminal, webhook, options, {
    en: `is sent ${number} again, under the same webhook-id`,
    fr: `reçoit de nouveau le ${number}, sous le même webhook-id`,
  });
}

/** Deletes it. */
export async function remove(terminal: Terminal, name: string, options: WebhookOptions): Promise<ExitCode> {
  const { webhooks, webhook } = await named(terminal, name, options);
  await webhooks.remove(webhook.webhookId);
  return said(terminal, webhook, options, {
    en: 'is gone, with its secrets and history',
    fr: 'est supprimé, avec ses secrets et son historique',
  });
}

async function ownNamed(...asked: Parameters<typeof named>): ReturnType<typeof named> {
  const found = await named(...asked);
  requireOwn(found.webhook);
  return found;
}

async function named(
  terminal: Terminal,
  name: string,
  options: WebhookOptions,
): Promise<{ readonly webhooks: Webhooks; readonly webhook: Webhook }> {
  const webhooks = await openWebhooks(terminal, options);
  return { webhooks, webhook: await resolveWebhook(webhooks, name) };
}

function said(terminal: Terminal, webhook: Webhook, options: WebhookOptions, words: Text): ExitCode {
  if (options.json === true) printJson(terminal, webhook);
  else terminal.out(`${terminal.colours.green('✓')} ${shortId(webhook)} ${terminal.say(words)}`);
  return exitCodes.ok;
}
