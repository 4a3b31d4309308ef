import type { ChappeClient } from '../../create-client.ts';
import type { InboxCounts, InboxItem } from '../../read-model.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findItem } from '../find-original.ts';
import { paintLane } from '../lane-colour.ts';
import { messageRow, messageTable } from '../message-table.ts';
import { printJson } from '../print-json.ts';
import { readName } from '../resolve-message-name.ts';
import { type Column, formatTable, oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import {
  deliveryFilter,
  type InboxFilterOptions,
  listFilter,
  listOrder,
  refuseListOnly,
} from './inbox-filter.ts';

/** The options of `inbox`. */
export interface InboxOptions extends GlobalOptions, InboxFilterOptions {
  readonly follow?: boolean;
  readonly counts?: boolean;
  readonly after?: number;
  readonly cursor?: string;
  readonly limit?: number;
  readonly order?: 'oldest' | 'newest' | 'urgent';
  readonly client?: boolean;
}

/** Prints the inbox; with --follow, goes on as it fills. */
export async function inbox(terminal: Terminal, options: InboxOptions): Promise<ExitCode> {
  const connection = await resolveConnection(terminal, options);
  const client = await openClient(connection, options);
  const narrowing = await nameThread(client, options);
  if (options.follow === true) return follow(terminal, client, narrowing);
  const filter = listFilter(narrowing, terminal.nowMs());
  if (options.counts === true) return count(terminal, await client.inbox.counts(filter), options);
  const page = await client.inbox.list({
    ...filter,
    ...listOrder(options.order),
    ...(options.after === undefined ? {} : { after: options.after }),
    ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
    limit: options.limit ?? 50,
  });
  if (options.json === true) {
    printJson(terminal, page);
  } else {
    const empty = terminal.say({ en: 'Nothing in this inbox.', fr: 'Rien dans cette boîte.' });
    const rows = page.items.map((item) => messageRow({ ...item }));
    for (const line of rows.length === 0 ? [empty] : messageTable(rows, terminal)) terminal.out(line);
    const more = terminal.say({ en: 'more with', fr: 'la suite avec' });
    // By number one goes on by number; another order has only the server's own mark.
    const last = options.order === undefined ? page.items.at(-1)?.number : undefined;
    if (page.next !== undefined) {
      const where = last === undefined ? `--cursor ${page.next}` : `--after ${last}`;
      terminal.out(terminal.colours.dim(`${more} ${where}`));
    }
  }
  return exitCodes.ok;
}

/** A thread is named by its id, or by the reference of any message in it. */
async function nameThread(client: ChappeClient, options: InboxOptions): Promise<InboxOptions> {
  if (options.thread === undefined) return options;
  const named = await readName(options.thread);
  if ('messageId' in named) return { ...options, thread: named.messageId };
  const { messageId, threadId, message } = await findItem(client, options.thread, 'either');
  return { ...options, thread: threadId ?? message?.threadId ?? messageId };
}

async function follow(terminal: Terminal, client: ChappeClient, options: InboxOptions): Promise<ExitCode> {
  refuseListOnly(options);
  const { say, colours } = terminal;
  const note = (text: string) => terminal.err(colours.dim(text));
  const events = client.inbox.follow({
    since: options.after ?? 0,
    filter: deliveryFilter(options),
    signal: terminal.signal,
    onConnection: (event) => {
      if (options.json === true || event.status !== 'waiting' || event.delayMs === 0) return;
      const seconds = (event.delayMs / 1000).toFixed(1);
      note(
        say({
          en: `connection lost; again in ${seconds} s`,
          fr: `connexion perdue ; nouvel essai dans ${seconds} s`,
        }),
      );
    },
  });
  let printed = 0;
  for await (const event of events) {
    if (options.json === true) terminal.out(JSON.stringify(event));
    else if (event.type === 'delivery') terminal.out(itemLine(event.item, terminal));
    else if (event.type === 'skipped')
      note(
        say({
          en: `nothing readable at ${event.first} to ${event.last}`,
          fr: `rien de lisible de ${event.first} à ${event.last}`,
        }),
      );
    else
      note(
        say({
          en: 'the inbox was restored: it starts again',
          fr: 'la boîte a été restaurée : elle recommence',
        }),
      );
    if (event.type === 'delivery') printed += 1;
    if (options.limit !== undefined && printed >= options.limit) break;
  }
  return exitCodes.ok;
}

function count(terminal: Terminal, counts: InboxCounts, options: InboxOptions): ExitCode {
  if (options.json === true) {
    printJson(terminal, counts);
    return exitCodes.ok;
  }
  const { say } = terminal;
  const columns: Column<InboxCounts['lanes'][number]>[] = [
    {
      head: say({ en: 'LANE', fr: 'VOIE' }),
      cell: ({ lane }) => lane,
      paint: ({ lane }, text) => paintLane(lane, text, terminal),
    },
    { head: say({ en: 'UNREAD', fr: 'NON LUS' }), cell: ({ unread }) => String(unread) },
    { head: say({ en: 'IN ALL', fr: 'EN TOUT' }), cell: ({ total }) => String(total) },
  ];
  const whole = { lane: say({ en: 'all', fr: 'toutes' }), unread: counts.unread, total: counts.total };
  for (const line of formatTable(columns, [...counts.lanes, whole], terminal.width)) terminal.out(line);
  if (counts.countedNewest !== undefined) {
    terminal.out(
      say({
        en: `of the newest ${counts.countedNewest}; there are more`,
        fr: `sur les ${counts.countedNewest} derniers ; il y en a d'autres`,
      }),
    );
  }
  return exitCodes.ok;
}

function itemLine(item: InboxItem, terminal: Terminal): string {
  const { colours } = terminal;
  const row = messageRow({ ...item });
  const time = new Date(item.deliveredAt).toLocaleTimeString(terminal.language, { hour12: false });
  const exercise = row.status === 'EXERCISE' ? ' (EX)' : '';
  const head = `${String(item.number).padStart(5)} ${time} ${item.lane.padEnd(7)}`;
  return [
    paintLane(item.lane, head, terminal),
    colours.bold(row.reference ?? item.messageId),
    `${row.kind}${exercise}`,
    row.sender ?? '',
    oneLine(row.summary),
  ].join('  ');
}
