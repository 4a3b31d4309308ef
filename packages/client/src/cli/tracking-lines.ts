import type { TrackedDeadline, TrackedRecipient, Tracking } from '../read-model.ts';
import { deadlineEvents, deadlineKind, deadlineState } from './deadline-words.ts';
import { relativeTime } from './relative-time.ts';
import { type Column, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What happened to a sent message, in tables: who has it, until when what is owed, and what was disclosed of it. */
export function trackingLines(tracking: Tracking, terminal: Terminal): readonly string[] {
  const { say } = terminal;
  if (tracking.state === 'REFUSED') {
    return [say({ en: 'Refused: it reached nobody.', fr: "Refusé : il n'est arrivé à personne." })];
  }
  const recipients = [
    ...(tracking.items.length === 0
      ? []
      : formatTable(recipientColumns(terminal), tracking.items, terminal.width)),
    ...otherLines(tracking, terminal),
  ];
  const first =
    recipients.length === 0
      ? [say({ en: 'Nobody has received it yet.', fr: "Personne ne l'a encore reçu." })]
      : recipients;
  return [first, deadlineLines(tracking, terminal), disclosureLines(tracking, terminal)]
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function recipientColumns(terminal: Terminal): readonly Column<TrackedRecipient>[] {
  const { say, colours } = terminal;
  return [
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
    { head: say({ en: 'NOTE', fr: 'NOTE' }), cell: (row) => noteOf(row, terminal), flexible: true },
  ];
}

function otherLines({ others }: Tracking, { say }: Terminal): readonly string[] {
  if (others === undefined) return [];
  return [
    say({
      en: `and ${others.count} more, through others or by rule; ${others.owing} of them still owe COMPLIED`,
      fr: `et ${others.count} de plus, par d'autres ou par règle ; ${others.owing} doivent encore COMPLIED`,
    }),
  ];
}

interface OwedLine {
  readonly by: string;
  readonly deadline: TrackedDeadline;
}

/** Late ones first, then the open ones, then what is done; each group by its date. */
function deadlineLines({ items, own = [] }: Tracking, terminal: Terminal): readonly string[] {
  const { say, colours, language } = terminal;
  const you = say({ en: '(you)', fr: '(vous)' });
  const lines: OwedLine[] = [
    ...own.map((deadline) => ({ by: you, deadline })),
    ...items.flatMap(({ correspondent, deadlines = [], recall }) =>
      [...deadlines, ...(recall?.deadlines ?? [])].map((deadline) => ({ by: correspondent, deadline })),
    ),
  ];
  if (lines.length === 0) return [];
  const rank = ({ deadline: { late, endedAt } }: OwedLine) => (endedAt !== undefined ? 2 : late ? 0 : 1);
  const sorted = lines.toSorted(
    (a, b) => rank(a) - rank(b) || Date.parse(a.deadline.dueAt) - Date.parse(b.deadline.dueAt),
  );
  const columns: Column<OwedLine>[] = [
    { head: say({ en: 'OWED BY', fr: 'DÛ PAR' }), cell: ({ by }) => by },
    { head: say({ en: 'WHAT', fr: 'QUOI' }), cell: ({ deadline }) => deadlineKind(deadline, terminal) },
    {
      head: say({ en: 'DUE', fr: 'ÉCHÉANCE' }),
      cell: ({ deadline }) => relativeTime(deadline.dueAt, terminal.nowMs(), language),
    },
    {
      head: say({ en: 'STANDS', fr: 'OÙ EN EST-ON' }),
      cell: ({ deadline }) => deadlineState(deadline, terminal),
      paint: (line, text) => [colours.red, colours.yellow, colours.green][rank(line)]?.(text) ?? text,
    },
    {
      head: say({ en: 'DONE ABOUT IT', fr: 'CE QUI A ÉTÉ FAIT' }),
      cell: ({ deadline }) => deadlineEvents(deadline, terminal) || '—',
      flexible: true,
    },
  ];
  return formatTable(columns, sorted, terminal.width);
}

function disclosureLines({ disclosures = [] }: Tracking, terminal: Terminal): readonly string[] {
  const { say, colours } = terminal;
  if (disclosures.length === 0) return [];
  const columns: Column<(typeof disclosures)[number]>[] = [
    { head: say({ en: 'DISCLOSED BY', fr: 'DIVULGUÉ PAR' }), cell: ({ correspondent }) => correspondent },
    { head: say({ en: 'DISCLOSURE', fr: 'DIVULGATION' }), cell: ({ messageId }) => messageId },
    { head: say({ en: 'RECALL', fr: 'RAPPEL' }), cell: ({ state }) => state },
    {
      head: say({ en: 'OWES', fr: 'DOIT' }),
      cell: ({ owed }) => owed.join(', ') || '—',
      paint: ({ owed }, text) => (owed.length > 0 ? colours.yellow(text) : text),
    },
    {
      head: say({ en: 'NOTE', fr: 'NOTE' }),
      cell: ({ receipts }) => receipts.at(-1)?.reason ?? '',
      flexible: true,
    },
  ];
  return formatTable(columns, disclosures, terminal.width);
}

/** The function of whoever gave the last receipt, and by which way if not by this system. */
function byWhom(row: TrackedRecipient): string {
  const last = row.receipts.at(-1);
  if (last === undefined) return '';
  return last.channel === 'SYSTEM' ? last.position : `${last.position} (${last.channel})`;
}

function noteOf(row: TrackedRecipient, { say }: Terminal): string {
  const last = row.receipts.at(-1);
  const { standsInFor, rerouted } = row;
  const [suspended, standIns] = [standsInFor?.join(', '), rerouted?.to.join(', ')];
  const notes = [
    last?.reason,
    suspended === undefined
      ? undefined
      : say({ en: `stands in for ${suspended}, suspended`, fr: `remplace ${suspended}, suspendu` }),
    standIns === undefined
      ? undefined
      : say({ en: `suspended; taken over by ${standIns}`, fr: `suspendu ; repris par ${standIns}` }),
    last?.transferredTo === undefined ? undefined : `→ ${last.transferredTo}`,
    row.recall === undefined
      ? undefined
      : say({ en: `recalled: ${row.recall.state}`, fr: `rappelé : ${row.recall.state}` }),
  ];
  return notes.filter((note) => note !== undefined && note !== '').join('; ');
}
