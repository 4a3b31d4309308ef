import { isRecord } from '../problem.ts';
import { paintLane } from './lane-colour.ts';
import { relativeTime } from './relative-time.ts';
import { type Column, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What lists of messages have in common, whichever route they come from. */
export interface MessageRow {
  readonly messageId: string;
  readonly number?: number;
  readonly lane?: string;
  readonly kind: string;
  readonly status?: string;
  readonly sender?: string;
  readonly reference?: string;
  readonly at?: string;
  readonly state?: string;
  readonly summary: string;
}

/** Reads a row out of an item of an inbox, of the sent list or of the archive. */
export function messageRow(item: Readonly<Record<string, unknown>>): MessageRow {
  const message = isRecord(item.message) ? item.message : item;
  const body = isRecord(message.body) ? message.body : {};
  const sender = isRecord(message.sender) ? message.sender.correspondent : item.sender;
  const urgency = text(message.urgency)?.toLowerCase();
  return {
    messageId: String(item.messageId),
    kind: text(item.kind) ?? text(message.kind) ?? '',
    summary: summaryOf(item, body),
    ...optional('number', typeof item.number === 'number' ? item.number : undefined),
    ...optional('lane', text(item.lane) ?? urgency),
    ...optional('status', text(item.status) ?? text(message.status)),
    ...optional('sender', text(item.sender) ?? text(sender)),
    ...optional('reference', text(item.reference) ?? text(message.reference)),
    ...optional('state', text(item.refusalCode) ?? text(item.state) ?? text(item.receiptState)),
    ...optional('at', text(item.deliveredAt) ?? text(item.receivedAt) ?? text(item.decidedAt)),
  };
}

/** Lines of a table of messages. */
export function messageTable(rows: readonly MessageRow[], terminal: Terminal): readonly string[] {
  const { say } = terminal;
  const columns: Column<MessageRow>[] = [
    {
      head: say({ en: 'LANE', fr: 'VOIE' }),
      cell: (row) => row.lane ?? '',
      paint: (row, cell) => paintLane(row.lane ?? '', cell, terminal),
    },
    { head: say({ en: 'REFERENCE', fr: 'RÉFÉRENCE' }), cell: (row) => row.reference ?? row.messageId },
    { head: say({ en: 'FROM', fr: 'DE' }), cell: (row) => row.sender ?? '' },
    {
      head: say({ en: 'KIND', fr: 'NATURE' }),
      cell: (row) => (row.status === 'EXERCISE' ? `${row.kind} (EX)` : row.kind),
    },
    {
      head: say({ en: 'WHEN', fr: 'QUAND' }),
      cell: (row) => relativeTime(row.at, terminal.nowMs(), terminal.language),
    },
    { head: say({ en: 'TEXT', fr: 'TEXTE' }), cell: (row) => row.summary, flexible: true },
  ];
  const numbered: Column<MessageRow>[] = rows.some((row) => row.number !== undefined)
    ? [{ head: say({ en: 'NO.', fr: 'N°' }), cell: (row) => String(row.number ?? '') }]
    : [];
  const decided: Column<MessageRow>[] = rows.some((row) => row.state !== undefined)
    ? [{ head: say({ en: 'STATE', fr: 'ÉTAT' }), cell: (row) => row.state ?? '' }]
    : [];
  return formatTable([...numbered, ...decided, ...columns], rows, terminal.width);
}

function summaryOf(item: Readonly<Record<string, unknown>>, body: Readonly<Record<string, unknown>>): string {
  if (item.withdrawn === true) return '—';
  if (isRecord(item.notice)) return text(item.notice.code) ?? '';
  for (const part of ['title', 'text', 'question', 'instruction', 'content', 'reason', 'summary']) {
    const found = text(body[part]) ?? text(item[part]);
    if (found !== undefined) return found;
  }
  return '';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
