import type { Webhook, WebhookDelivery } from '../../webhook-model.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { paintLane } from '../lane-colour.ts';
import { printJson } from '../print-json.ts';
import { relativeTime } from '../relative-time.ts';
import { type Column, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { hostOf, outcomeWords, stateWords } from '../webhook-words.ts';
import { openWebhooks, requireOwn, resolveWebhook, shortId, type WebhookOptions } from './webhook-connect.ts';

/** Prints the webhooks of the correspondent. */
export async function list(terminal: Terminal, options: WebhookOptions): Promise<ExitCode> {
  const items = await (await openWebhooks(terminal, options)).list();
  if (options.json === true) printJson(terminal, { items });
  else for (const line of webhookLines(items, terminal)) terminal.out(line);
  return exitCodes.ok;
}

/** Prints what was sent to one, and what came of each attempt. */
export async function history(
  terminal: Terminal,
  name: string,
  options: WebhookOptions & {
    readonly limit?: number;
    readonly before?: number;
    readonly state?: 'pending' | 'delivered' | 'failed';
  },
): Promise<ExitCode> {
  const webhooks = await openWebhooks(terminal, options);
  const { webhookId } = requireOwn(await resolveWebhook(webhooks, name));
  const { limit = 20, before, state } = options;
  const items = await webhooks.history(webhookId, {
    limit,
    ...(before === undefined ? {} : { before }),
    ...(state === undefined ? {} : { state: state.toUpperCase() as WebhookDelivery['state'] }),
  });
  if (options.json === true) {
    printJson(terminal, { items });
    return exitCodes.ok;
  }
  for (const line of historyLines(items, terminal)) terminal.out(line);
  const last = items.at(-1);
  if (items.length === limit && last !== undefined) {
    const more = terminal.say({ en: 'more with', fr: 'la suite avec' });
    terminal.out(terminal.colours.dim(`${more} --before ${last.number}`));
  }
  return exitCodes.ok;
}

function webhookLines(items: readonly Webhook[], terminal: Terminal): readonly string[] {
  const { say, colours, language } = terminal;
  if (items.length === 0) return [say({ en: 'No webhook.', fr: 'Aucun webhook.' })];
  const when = (iso: string | undefined) => relativeTime(iso, terminal.nowMs(), language);
  const columns: Column<Webhook>[] = [
    { head: 'WEBHOOK', cell: shortId },
    { head: say({ en: 'TO', fr: 'VERS' }), cell: ({ url }) => hostOf(url) },
    {
      head: say({ en: 'STATE', fr: 'ÉTAT' }),
      cell: (each) => stateWords(each, terminal),
      paint: ({ state }, text) => (state === 'ACTIVE' ? colours.green(text) : colours.yellow(text)),
    },
    { head: say({ en: 'WAITS', fr: 'ATTEND' }), cell: ({ pending }) => String(pending) },
    {
      head: say({ en: 'LAST TAKEN', fr: 'DERNIER PRIS' }),
      cell: ({ lastSuccessAt }) => when(lastSuccessAt) || '—',
    },
    {
      head: say({ en: 'BY', fr: 'PAR' }),
      cell: ({ registeredBy: { you, id } }) => (you ? say({ en: '(you)', fr: '(vous)' }) : id),
    },
    { head: say({ en: 'PURPOSE', fr: 'FINALITÉ' }), cell: ({ purpose }) => purpose, flexible: true },
  ];
  return formatTable(columns, items, terminal.width);
}

const deliveryStates = {
  PENDING: { en: 'waits', fr: 'attend' },
  DELIVERED: { en: 'taken', fr: 'pris' },
  FAILED: { en: 'given up', fr: 'abandonné' },
} as const;

function historyLines(items: readonly WebhookDelivery[], terminal: Terminal): readonly string[] {
  const { say, colours, language } = terminal;
  if (items.length === 0) return [say({ en: 'Nothing was sent.', fr: 'Rien n’a été envoyé.' })];
  const paints = { PENDING: colours.yellow, DELIVERED: colours.green, FAILED: colours.red };
  const columns: Column<WebhookDelivery>[] = [
    { head: say({ en: 'NO.', fr: 'N°' }), cell: ({ number }) => String(number) },
    {
      head: say({ en: 'LANE', fr: 'VOIE' }),
      cell: ({ lane }) => lane,
      paint: ({ lane }, text) => paintLane(lane, text, terminal),
    },
    {
      head: say({ en: 'STATE', fr: 'ÉTAT' }),
      cell: ({ state }) => say(deliveryStates[state] ?? { en: state, fr: state }),
      paint: ({ state }, text) => paints[state]?.(text) ?? text,
    },
    { head: say({ en: 'TRIES', fr: 'ESSAIS' }), cell: ({ attemptCount }) => String(attemptCount) },
    {
      head: say({ en: 'LAST', fr: 'DERNIER' }),
      cell: ({ attempts }) => relativeTime(attempts.at(-1)?.at, terminal.nowMs(), language) || '—',
    },
    {
      head: say({ en: 'NEXT', fr: 'PROCHAIN' }),
      cell: ({ nextAttemptAt }) => relativeTime(nextAttemptAt, terminal.nowMs(), language) || '—',
    },
    {
      head: say({ en: 'OUTCOME', fr: 'ISSUE' }),
      cell: ({ attempts }) => {
        const last = attempts.at(-1);
        return last === undefined ? '' : `${outcomeWords(last, terminal)}, ${last.durationMs} ms`;
      },
      flexible: true,
    },
  ];
  return formatTable(columns, items, terminal.width);
}
