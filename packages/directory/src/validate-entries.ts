import type { DirectoryEntries } from './directory-entries.ts';
import type { DirectoryProblem } from './directory-problem.ts';
import { validateCorrespondents } from './validate-correspondents.ts';
import { validateHolders } from './validate-holders.ts';
import { validateRules } from './validate-rules.ts';

/** Judges a proposed release as a whole and reports every problem at once; none means it may be published. */
export function validateEntries(entries: DirectoryEntries): readonly DirectoryProblem[] {
  return [...validateCorrespondents(entries), ...validateHolders(entries), ...validateRules(entries)];
}
