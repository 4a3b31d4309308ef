import { checkForm, entryLists } from './check-form.ts';
import type { DirectoryEntries } from './directory-entries.ts';
import { type DirectoryProblem, type Finding, type Origins, placeFinding } from './directory-problem.ts';
import { validateCorrespondents } from './validate-correspondents.ts';
import { validateCoverage } from './validate-coverage.ts';
import { validateHolders } from './validate-holders.ts';
import { validateReleaseRules } from './validate-release-rules.ts';
import { validateRota } from './validate-rota.ts';
import { validateRules } from './validate-rules.ts';

/** More of one list than any network of this kind has: beyond it, a file is a mistake or an attack. */
export const mostEntriesPerList = 20_000;
/** Nobody mends more at once, and the answer has to be shown. */
const mostProblems = 1_000;

/**
 * Judges a proposed release as a whole and reports every problem at once, each with its place; none means
 * that it may be published.
 */
export function validateEntries(entries: DirectoryEntries, origins?: Origins): readonly DirectoryProblem[] {
  const oversized = findOversized(entries);
  const findings = oversized.length > 0 ? oversized : findEverything(entries);
  return boundProblems(findings.map((finding) => placeFinding(finding, entries, origins)));
}

/** As many problems as can be shown; the last one says how many more there are. */
export function boundProblems(problems: readonly DirectoryProblem[]): readonly DirectoryProblem[] {
  const last = problems[mostProblems - 1];
  if (last === undefined || problems.length === mostProblems) return problems;
  const left = problems.length - mostProblems + 1;
  const detail = `There are ${left} more problems: mend these first.`;
  return [...problems.slice(0, mostProblems - 1), { ...last, code: 'too-many-problems', detail }];
}

function findOversized(entries: DirectoryEntries): readonly Finding[] {
  return entryLists
    .filter((list) => entries[list].length > mostEntriesPerList)
    .map((list) => ({
      code: 'too-many-entries',
      list,
      index: null,
      path: '',
      detail: `${list} has ${entries[list].length} entries and may have ${mostEntriesPerList}: remove some.`,
    }));
}

function findEverything(entries: DirectoryEntries): readonly Finding[] {
  return [
    ...entryLists.flatMap((list) =>
      entries[list].flatMap((entry, index) =>
        checkForm(list, entry, 'release').map((found): Finding => ({ ...found, list, index })),
      ),
    ),
    ...validateCorrespondents(entries),
    ...validateCoverage(entries),
    ...validateHolders(entries),
    ...validateRota(entries),
    ...validateReleaseRules(entries),
    ...validateRules(entries),
  ];
}
