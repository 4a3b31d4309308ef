import type { DirectoryProposal, DirectoryProposalInWords } from '../../directory-model.ts';
import { relativeTime } from '../relative-time.ts';
import { type Column, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** What a proposal changes, in words; with its fields, what stands there and what would. */
export function differenceLines(
  { items, differences }: DirectoryProposalInWords,
  { colours, language, say }: Terminal,
  detail: 'words' | 'fields' = 'words',
): readonly string[] {
  const marks = { ADDED: colours.green('+'), REMOVED: colours.red('-'), CHANGED: colours.yellow('~') };
  const lines = items.flatMap((item) => [
    `  ${marks[item.change]} ${language === 'fr' ? item.textFr : item.textEn}`,
    ...(detail === 'words'
      ? []
      : item.fields.map(({ pointer, before, after }) =>
          before === undefined && after === undefined
            ? `      ${pointer}`
            : `      ${pointer}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
        )),
  ]);
  const more = differences - items.length;
  if (more <= 0 || items.length === 0) return lines;
  return [...lines, colours.dim(`  ${say({ en: `and ${more} more`, fr: `et ${more} de plus` })}`)];
}

/** What somebody can do next about a proposal that is open. */
export function nextStepLines(
  { state, proposalId }: DirectoryProposal,
  { colours, say }: Terminal,
): readonly string[] {
  if (state !== 'OPEN') return [];
  const next = say({ en: 'another administrator', fr: 'un autre administrateur' });
  return [colours.dim(`${next}: chappe directory approve ${proposalId.slice(0, 8)}`)];
}

/** Proposals, one a line. */
export function proposalTable(items: readonly DirectoryProposal[], terminal: Terminal): readonly string[] {
  const { say, language } = terminal;
  if (items.length === 0) return [say({ en: 'Nothing waits.', fr: 'Rien en attente.' })];
  const columns: Column<DirectoryProposal>[] = [
    { head: say({ en: 'PROPOSAL', fr: 'PROPOSITION' }), cell: ({ proposalId }) => proposalId.slice(0, 8) },
    { head: say({ en: 'STATE', fr: 'ÉTAT' }), cell: ({ state }) => state },
    { head: say({ en: 'CHANGES', fr: 'MODIFIE' }), cell: ({ differences }) => String(differences) },
    { head: say({ en: 'BY', fr: 'PAR' }), cell: ({ proposedBy }) => proposedBy },
    {
      head: say({ en: 'WHEN', fr: 'QUAND' }),
      cell: ({ proposedAt }) => relativeTime(proposedAt, terminal.nowMs(), language),
    },
    { head: say({ en: 'REASON', fr: 'MOTIF' }), cell: ({ reason }) => reason, flexible: true },
  ];
  return formatTable(columns, items, terminal.width);
}

/** A proposal: who, when, why, and what became of it. */
export function proposalLines(proposal: DirectoryProposal, terminal: Terminal): readonly string[] {
  const { colours, say, language } = terminal;
  const when = (iso: string | null) => relativeTime(iso ?? undefined, terminal.nowMs(), language);
  const { proposedBy, decidedBy, decisionReason, release } = proposal;
  const by = say({ en: 'by', fr: 'par' });
  return [
    `${colours.bold(proposal.proposalId)}  ${proposal.state}${release === null ? '' : ` → ${release}`}`,
    `${say({ en: 'proposed', fr: 'proposée' })} ${by} ${proposedBy}, ${when(proposal.proposedAt)}: ${proposal.reason}`,
    ...(decidedBy === null
      ? []
      : [
          `${say({ en: 'decided', fr: 'tranchée' })} ${by} ${decidedBy}, ${when(proposal.decidedAt)}${
            decisionReason === null ? '' : `: ${decisionReason}`
          }`,
        ]),
  ];
}
