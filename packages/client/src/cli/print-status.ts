import type { SubmissionStatus, TrackedRecipient, Tracking } from '../read-model.ts';
import { attachmentLines } from './attachments/describe-attachments.ts';
import { refusalAdvice } from './refusal-advice.ts';
import { relativeTime } from './relative-time.ts';
import { type Column, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Prints the fate of a sent message and, where there is any, what happened at each recipient. */
export function printStatus(
  terminal: Terminal,
  status: SubmissionStatus,
  tracking: Tracking | undefined,
): void {
  const { colours, say } = terminal;
  const reference = status.reference ?? status.messageId;
  const states = {
    PENDING: colours.yellow(say({ en: 'waiting for its decision', fr: 'en attente de décision' })),
    ACCEPTED: colours.green(say({ en: 'decided and delivered', fr: 'décidé et remis' })),
    REFUSED: colours.red(say({ en: 'refused', fr: 'refusé' })),
  };
  const refusal = status.refusalCode === undefined ? '' : `: ${status.refusalCode}`;
  terminal.out(`${colours.bold(reference)}  ${states[status.state] ?? status.state}${refusal}`);
  const advice = refusalAdvice[status.refusalCode ?? ''];
  if (advice !== undefined) {
    terminal.out(`  ${say({ en: 'what to do', fr: 'que faire' })}: ${say(advice)}`);
  }
  for (const line of attachmentLines(status.message?.attachments, terminal)) terminal.out(line);
  if (tracking === undefined || tracking.items.length === 0) return;
  const columns: Column<TrackedRecipient>[] = [
    { head: say({ en: 'RECIPIENT', fr: 'DESTINATAIRE' }), cell: (row) => row.correspondent },
    { head: say({ en: 'FOR', fr: 'POUR' }), cell: (row) => row.role },
    {
      head: say({ en: 'DELIVERED', fr: 'REMIS' }),
      cell: (row) => relativeTime(row.deliveredAt, terminal.nowMs(), terminal.language),
    },
  ];
  for (const line of formatTable(columns, tracking.items, terminal.width)) terminal.out(line);
}
