import { isRecord } from '../problem.ts';
import { printJson } from './print-json.ts';
import { type Column, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { type WithheldRow, withheldRows } from './withheld-rows.ts';

interface ExplainedRow {
  readonly correspondent: string;
  readonly role: string;
  readonly reasons: string;
}

/** Prints what a dry run foretells: who would get the message, for what and why, and what of it each would not. */
export function printExplanation(terminal: Terminal, answer: Readonly<Record<string, unknown>>): void {
  const { say, language } = terminal;
  const explanation = isRecord(answer.explanation) ? answer.explanation : {};
  if (!Array.isArray(explanation.correspondents)) {
    printJson(terminal, answer);
    return;
  }
  const wordsOf = (reason: unknown): readonly string[] =>
    isRecord(reason) ? [String(reason[language] ?? reason.code)] : [];
  const rowsOf = (entries: unknown, role?: string): readonly ExplainedRow[] =>
    (Array.isArray(entries) ? entries : []).filter(isRecord).map((entry) => ({
      correspondent: String(entry.correspondent),
      role: role ?? String(entry.role),
      reasons: (Array.isArray(entry.reasons) ? entry.reasons : []).flatMap(wordsOf).join(' '),
    }));
  const rows = [
    ...rowsOf(explanation.correspondents),
    ...rowsOf(explanation.notServed, say({ en: 'NOT SERVED', fr: 'NON SERVI' })),
  ];
  const columns: Column<ExplainedRow>[] = [
    { head: say({ en: 'RECIPIENT', fr: 'DESTINATAIRE' }), cell: (row) => row.correspondent },
    { head: say({ en: 'FOR', fr: 'POUR' }), cell: (row) => row.role },
    { head: say({ en: 'WHY', fr: 'POURQUOI' }), cell: (row) => row.reasons, flexible: true },
  ];
  const verdict = [String(answer.reference), String(explanation.outcome), ...wordsOf(explanation.reason)];
  terminal.out(verdict.join('  '));
  if (rows.length === 0) return;
  for (const line of formatTable(columns, rows, terminal.width)) terminal.out(line);
  const withheld = withheldRows(explanation.correspondents, language);
  if (withheld.length === 0) return;
  terminal.out('');
  const parts: Column<WithheldRow>[] = [
    { head: say({ en: 'RECIPIENT', fr: 'DESTINATAIRE' }), cell: (row) => row.correspondent },
    { head: say({ en: 'DOES NOT GET', fr: 'NE REÇOIT PAS' }), cell: (row) => row.parts },
    { head: say({ en: 'WHY', fr: 'POURQUOI' }), cell: (row) => row.why, flexible: true },
  ];
  for (const line of formatTable(parts, withheld, terminal.width)) terminal.out(line);
}
