import { isRecord } from '../problem.ts';
import type { SubmissionStatus, Tracking } from '../read-model.ts';
import { relativeTime } from './relative-time.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Prints the fate of a sent message and, where there is any, what happened at each recipient. */
export function printStatus(
  terminal: Terminal,
  status: SubmissionStatus,
  tracking: Tracking | undefined,
): void {
  const { colours, say } = terminal;
  const reference = typeof status.reference === 'string' ? status.reference : status.messageId;
  const states = {
    PENDING: colours.yellow(say({ en: 'waiting for its decision', fr: 'en attente de décision' })),
    ACCEPTED: colours.green(say({ en: 'decided and delivered', fr: 'décidé et remis' })),
    REFUSED: colours.red(say({ en: 'refused', fr: 'refusé' })),
  };
  const refusal = status.refusalCode === undefined ? '' : `: ${status.refusalCode}`;
  terminal.out(`${colours.bold(reference)}  ${states[status.state] ?? status.state}${refusal}`);
  const rows = recipientsOf(tracking);
  if (rows.length === 0) return;
  const columns = [
    { head: say({ en: 'RECIPIENT', fr: 'DESTINATAIRE' }), cell: (row: RecipientRow) => row.correspondent },
    { head: say({ en: 'FOR', fr: 'POUR' }), cell: (row: RecipientRow) => row.role },
    { head: say({ en: 'STATE', fr: 'ÉTAT' }), cell: (row: RecipientRow) => row.state, flexible: true },
    {
      head: say({ en: 'WHEN', fr: 'QUAND' }),
      cell: (row: RecipientRow) => relativeTime(row.at, terminal.nowMs(), terminal.language),
    },
  ];
  for (const line of formatTable(columns, rows, terminal.width)) terminal.out(line);
}

interface RecipientRow {
  readonly correspondent: string;
  readonly role: string;
  readonly state: string;
  readonly at: string | undefined;
}

function recipientsOf(tracking: Tracking | undefined): readonly RecipientRow[] {
  const given = tracking?.recipients ?? tracking?.items;
  if (!Array.isArray(given)) return [];
  return given.filter(isRecord).map((recipient) => {
    const receipts = Array.isArray(recipient.receipts) ? recipient.receipts.filter(isRecord) : [];
    const last = receipts.at(-1);
    return {
      correspondent: String(recipient.correspondent ?? ''),
      role: String(recipient.role ?? ''),
      state: receipts.map((receipt) => String(receipt.type)).join(', '),
      at: typeof last?.at === 'string' ? last.at : undefined,
    };
  });
}
