import type { ChappeClient } from '../../create-client.ts';
import type { TrackedRecipient, Tracking } from '../../read-model.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import { relativeTime } from '../relative-time.ts';
import { resolveSent } from '../resolve-message-name.ts';
import { type Column, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** The options of `track`. */
export interface TrackOptions extends GlobalOptions {
  readonly follow?: boolean;
  readonly client?: boolean;
}

/** Says who got a sent message, who has it in charge, and what is owed by whom. */
export async function track(terminal: Terminal, name: string, options: TrackOptions): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const client = await openClient(connection, options);
  const { messageId } = await resolveSent(client, name);
  if (options.follow === true) return follow(terminal, client, messageId, options);
  const tracking = await client.sent.tracking(messageId);
  if (options.json === true) printJson(terminal, tracking);
  else for (const line of trackingLines(tracking, terminal)) terminal.out(line);
  return tracking.state === 'REFUSED' ? exitCodes.decidedRefused : exitCodes.ok;
}

/** Prints how it stands, and again each time that something has changed, until Ctrl-C. */
async function follow(
  terminal: Terminal,
  client: ChappeClient,
  messageId: string,
  options: TrackOptions,
): Promise<ExitCode> {
  const { colours, language } = terminal;
  for await (const tracking of client.sent.followTracking(messageId, { signal: terminal.signal })) {
    if (options.json === true) {
      terminal.out(JSON.stringify(tracking));
      continue;
    }
    const time = new Date(terminal.nowMs()).toLocaleTimeString(language, { hour12: false });
    terminal.out(colours.dim(`— ${time}`));
    for (const line of trackingLines(tracking, terminal)) terminal.out(line);
  }
  return exitCodes.ok;
}

function trackingLines(tracking: Tracking, terminal: Terminal): readonly string[] {
  const { say, colours } = terminal;
  if (tracking.state === 'REFUSED') {
    return [say({ en: 'Refused: it reached nobody.', fr: "Refusé : il n'est arrivé à personne." })];
  }
  const { others } = tracking;
  const rest =
    others === undefined
      ? []
      : [
          say({
            en: `and ${others.count} more, through others or by rule; ${others.owing} of them still owe COMPLIED`,
            fr: `et ${others.count} de plus, par d'autres ou par règle ; ${others.owing} doivent encore COMPLIED`,
          }),
        ];
  if (tracking.items.length === 0 && rest.length === 0) {
    return [say({ en: 'Nobody has received it yet.', fr: "Personne ne l'a encore reçu." })];
  }
  const columns: Column<TrackedRecipient>[] = [
    { head: say({ en: 'RECIPIENT', fr: 'DESTINATAIRE' }), cell: (row) => row.correspondent },
    { head: say({ en: 'FOR', fr: 'POUR' }), cell: (row) => row.role },
    { head: say({ en: 'STATE', fr: 'ÉTAT' }), cell: (row) => row.state },
    {
      head: say({ en: 'SINCE', fr: 'DEPUIS' }),
      cell: (row) =>
        relativeTime(row.receipts.at(-1)?.at ?? row.deliveredAt, terminal.nowMs(), terminal.language),
    },
    { head: say({ en: 'BY', fr: 'PAR' }), cell: byWhom },
    {
      head: say({ en: 'OWES', fr: 'DOIT' }),
      cell: (row) => [...row.owed, ...(row.recall?.owed ?? [])].join(', ') || '—',
      paint: (row, text) =>
        row.owed.length + (row.recall?.owed.length ?? 0) > 0 ? colours.yellow(text) : text,
    },
    {
      head: say({ en: 'NOTE', fr: 'NOTE' }),
      cell: (row) => row.receipts.at(-1)?.reason ?? recallNote(row, terminal),
      flexible: true,
    },
  ];
  const table = tracking.items.length === 0 ? [] : formatTable(columns, tracking.items, terminal.width);
  return [...table, ...rest];
}

/** The function of whoever gave the last receipt, and by which way if not by this system. */
function byWhom(row: TrackedRecipient): string {
  const last = row.receipts.at(-1);
  if (last === undefined) return '';
  return last.channel === 'SYSTEM' ? last.position : `${last.position} (${last.channel})`;
}

function recallNote(row: TrackedRecipient, terminal: Terminal): string {
  if (row.recall === undefined) return '';
  return terminal.say({ en: `recalled: ${row.recall.state}`, fr: `rappelé : ${row.recall.state}` });
}
