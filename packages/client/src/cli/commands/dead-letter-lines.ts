import type { DeadLetterService, LetterCase, LetterName, StandingLetter } from '../../dead-letter-model.ts';
import type { Text } from '../language.ts';
import { relativeTime } from '../relative-time.ts';
import { type Column, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** How a letter is named at the terminal. */
export function letterName({ group, partition, offset }: LetterName): string {
  return `${group}/${partition}/${offset}`;
}

const stateWords: Readonly<Record<string, Text>> = {
  OPEN: { en: 'open', fr: 'ouverte' },
  REPLAYED: { en: 'replayed', fr: 'rejouée' },
  DISCARD_PROPOSED: { en: 'discard proposed', fr: 'abandon proposé' },
  DISCARDED: { en: 'discarded', fr: 'écartée' },
  REINSTATE_PROPOSED: { en: 'reinstating proposed', fr: 'reprise proposée' },
};

/** What has become of a letter, with the case that waits. */
export function stateOf(
  { state, openCase }: Pick<StandingLetter, 'state' | 'openCase'>,
  service: DeadLetterService,
  { say }: Terminal,
): string {
  const word = stateWords[state];
  const text = word === undefined ? state : say(word);
  return openCase === null ? text : `${text} (${service}/${openCase})`;
}

/** Letters, one a line. */
export function letterTable(
  items: readonly (StandingLetter & { readonly service: DeadLetterService })[],
  terminal: Terminal,
): readonly string[] {
  const { say, language } = terminal;
  if (items.length === 0)
    return [say({ en: 'No dead letter waits.', fr: 'Aucune lettre morte en attente.' })];
  const columns: Column<(typeof items)[number]>[] = [
    { head: say({ en: 'LETTER', fr: 'LETTRE' }), cell: letterName },
    { head: 'CODE', cell: ({ code }) => code ?? '' },
    { head: say({ en: 'FROM', fr: 'ORIGINE' }), cell: ({ original }) => original?.topic ?? '' },
    {
      head: say({ en: 'SINCE', fr: 'DEPUIS' }),
      cell: ({ deadAt }) => relativeTime(deadAt, terminal.nowMs(), language),
    },
    { head: say({ en: 'BYTES', fr: 'OCTETS' }), cell: ({ sizeBytes }) => String(sizeBytes) },
    {
      head: say({ en: 'STATE', fr: 'ÉTAT' }),
      cell: (letter) => stateOf(letter, letter.service, terminal),
      flexible: true,
    },
  ];
  return formatTable(columns, items, terminal.width);
}

/** Cases, one a line. */
export function caseTable(
  items: readonly (LetterCase & { readonly service: DeadLetterService })[],
  terminal: Terminal,
): readonly string[] {
  const { say, language } = terminal;
  if (items.length === 0) return [say({ en: 'Nothing waits.', fr: 'Rien en attente.' })];
  const columns: Column<(typeof items)[number]>[] = [
    { head: say({ en: 'CASE', fr: 'DOSSIER' }), cell: ({ service, id }) => `${service}/${id}` },
    { head: say({ en: 'LETTER', fr: 'LETTRE' }), cell: letterName },
    { head: say({ en: 'ACT', fr: 'ACTE' }), cell: ({ act }) => act },
    { head: say({ en: 'STATE', fr: 'ÉTAT' }), cell: ({ state }) => state },
    { head: say({ en: 'BY', fr: 'PAR' }), cell: ({ proposedBy }) => proposedBy },
    {
      head: say({ en: 'WHEN', fr: 'QUAND' }),
      cell: ({ proposedAt }) => relativeTime(proposedAt, terminal.nowMs(), language),
    },
    { head: say({ en: 'DECIDED', fr: 'DÉCIDÉ' }), cell: ({ decidedBy }) => decidedBy ?? '' },
    { head: say({ en: 'REASON', fr: 'MOTIF' }), cell: ({ reason }) => reason, flexible: true },
  ];
  return formatTable(columns, items, terminal.width);
}
