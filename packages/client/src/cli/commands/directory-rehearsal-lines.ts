import type { CorrespondentEffect, Rehearsal } from '../../directory-rehearsal.ts';
import { type Column, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** A rehearsal in words: how many of how many, then who would get more or less, and by which rule. */
export function rehearsalLines(rehearsal: Rehearsal, terminal: Terminal): readonly string[] {
  const { say, colours, language } = terminal;
  const count = (number: number) => new Intl.NumberFormat(language).format(number);
  const { changed, rehearsed, total, skipped } = rehearsal;
  const partly =
    total > rehearsed + skipped
      ? say({ en: ` (of ${count(total)} in that time)`, fr: ` (sur ${count(total)} dans ce délai)` })
      : '';
  const lines = [
    colours.bold(
      say({
        en: `${count(changed)} of ${count(rehearsed)} decisions would change${partly}.`,
        fr: `${count(changed)} décisions sur ${count(rehearsed)} changeraient${partly}.`,
      }),
    ),
  ];
  if (skipped > 0) {
    lines.push(
      say({
        en: `${count(skipped)} could not be looked at: erased, or not readable.`,
        fr: `${count(skipped)} n'ont pu être examinées : effacées ou illisibles.`,
      }),
    );
  }
  const columns: Column<CorrespondentEffect>[] = [
    {
      head: say({ en: 'CORRESPONDENT', fr: 'CORRESPONDANT' }),
      cell: ({ correspondent }) => correspondent,
    },
    { head: say({ en: 'MORE', fr: 'DE PLUS' }), cell: ({ gained }) => count(gained) },
    { head: say({ en: 'LESS', fr: 'DE MOINS' }), cell: ({ lost }) => count(lost) },
    { head: say({ en: 'OTHERWISE', fr: 'AUTREMENT' }), cell: ({ altered }) => count(altered) },
  ];
  if (rehearsal.correspondents.length > 0) {
    lines.push(...formatTable(columns, rehearsal.correspondents, terminal.width));
  }
  for (const { ruleId, gained, lost } of rehearsal.rules) {
    lines.push(
      say({
        en: `  rule ${ruleId}: speaks for ${count(gained)} more of them, for ${count(lost)} no more`,
        fr: `  règle ${ruleId} : vaut pour ${count(gained)} de plus, plus pour ${count(lost)}`,
      }),
    );
  }
  return lines;
}
