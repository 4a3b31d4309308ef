import type { ChappeClient } from '../../create-client.ts';
import { ChappeProblem } from '../../problem.ts';
import type { Page, ThreadEntry } from '../../read-model.ts';
import { attachmentLines } from '../attachments/describe-attachments.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findOriginal } from '../find-original.ts';
import { paintLane } from '../lane-colour.ts';
import { type MessageRow, messageRow } from '../message-table.ts';
import { printJson } from '../print-json.ts';
import { relativeTime } from '../relative-time.ts';
import { readName } from '../resolve-message-name.ts';
import { type Column, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface Line {
  readonly row: MessageRow;
  readonly depth: number;
  readonly entry: ThreadEntry;
}

/** Prints a thread in its order, named by itself or by any of its messages, each below what it answers. */
export async function thread(
  terminal: Terminal,
  name: string,
  options: GlobalOptions & { readonly client?: boolean },
): Promise<ExitCode> {
  const client = await openClient(await resolveConnection(terminal, options), options);
  const page = await readThread(client, name);
  if (options.json === true) printJson(terminal, page);
  else for (const line of threadLines(page.items, terminal)) terminal.out(line);
  return exitCodes.ok;
}

async function readThread(client: ChappeClient, name: string): Promise<Page<ThreadEntry>> {
  const named = await readName(name);
  if ('messageId' in named) {
    try {
      return await client.thread(named.messageId);
    } catch (error) {
      // It may name a message inside a thread: only that message knows which.
      if (!(error instanceof ChappeProblem) || error.code !== 'not-found') throw error;
    }
  }
  return client.thread((await findOriginal(client, name, 'either')).threadId);
}

function threadLines(entries: readonly ThreadEntry[], terminal: Terminal): readonly string[] {
  const { say, nowMs, language } = terminal;
  const depths = new Map<string, number>();
  const lines = entries.map((entry): Line => {
    const { message } = entry;
    const above = message?.supersedes ?? message?.cancels ?? message?.inReplyTo;
    const isHead = message === undefined || entry.messageId === message.threadId;
    const depth = isHead ? 0 : (depths.get(above ?? '') ?? 0) + 1;
    depths.set(entry.messageId, depth);
    return { row: messageRow({ ...entry }), depth, entry };
  });
  const columns: Column<Line>[] = [
    {
      head: say({ en: 'REFERENCE', fr: 'RÉFÉRENCE' }),
      cell: ({ row, depth }) => `${'· '.repeat(Math.min(depth, 6))}${row.reference ?? row.messageId}`,
      paint: ({ row }, text) => paintLane(row.lane ?? '', text, terminal),
    },
    {
      head: say({ en: 'FROM', fr: 'DE' }),
      cell: ({ row, entry }) =>
        entry.direction === 'sent' ? say({ en: '(you)', fr: '(vous)' }) : (row.sender ?? ''),
    },
    { head: say({ en: 'KIND', fr: 'NATURE' }), cell: ({ row }) => row.kind },
    { head: say({ en: 'STATE', fr: 'ÉTAT' }), cell: (line) => stateOf(line, terminal) },
    { head: say({ en: 'WHEN', fr: 'QUAND' }), cell: ({ row }) => relativeTime(row.at, nowMs(), language) },
    { head: say({ en: 'TEXT', fr: 'TEXTE' }), cell: ({ row }) => row.summary, flexible: true },
  ];
  const [head = '', ...rows] = formatTable(columns, lines, terminal.width);
  const below = ({ entry }: Line) => attachmentLines(entry.message?.attachments, terminal);
  return [head, ...rows.flatMap((row, at) => [row, ...lines.slice(at, at + 1).flatMap(below)])];
}

function stateOf({ row, entry }: Line, { say }: Terminal): string {
  const isRecalled = entry.direction === 'received' && entry.recalledBy !== undefined;
  const state = row.state ?? '';
  return isRecalled ? `${state} ${say({ en: '(recalled)', fr: '(rappelé)' })}`.trim() : state;
}
