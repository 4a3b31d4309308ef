import { canonicalJson } from '@chappe/schemas';
import type { Distributed } from './compose-decision.ts';

/** How the answer to "who gets this message" would differ. */
export interface DistributionDifference {
  /** Correspondents that would get it, and did not. */
  readonly gained: readonly string[];
  /** Correspondents that would get it no more. */
  readonly lost: readonly string[];
  /** Correspondents that would get it in another part, or with something else withheld. */
  readonly altered: readonly string[];
  /** Rules that would speak for it, and did not. */
  readonly rulesGained: readonly string[];
  readonly rulesLost: readonly string[];
}

interface Served {
  /** What each correspondent gets, as far as it can differ. */
  readonly forms: ReadonlyMap<string, string>;
  readonly rules: ReadonlySet<string>;
}

/**
 * Compares who gets a message by two contents of the directory. Both sides are decided anew from the same
 * memory, so that what has happened in the thread since counts in neither. Null when nothing would change.
 */
export function compareDistributions(before: Distributed, after: Distributed): DistributionDifference | null {
  const was = servedBy(before);
  const is = servedBy(after);
  const difference = {
    gained: [...is.forms.keys()].filter((code) => !was.forms.has(code)),
    lost: [...was.forms.keys()].filter((code) => !is.forms.has(code)),
    altered: [...is.forms]
      .filter(([code, form]) => (was.forms.get(code) ?? form) !== form)
      .map(([code]) => code),
    rulesGained: [...is.rules].filter((ruleId) => !was.rules.has(ruleId)),
    rulesLost: [...was.rules].filter((ruleId) => !is.rules.has(ruleId)),
  };
  // Another rule that leads to the same recipients changes only the explanation.
  const { gained, lost, altered } = difference;
  return gained.length + lost.length + altered.length === 0 ? null : difference;
}

function servedBy(distributed: Distributed): Served {
  if (!distributed.distributed) return { forms: new Map(), rules: new Set() };
  const { entitled, notices, passedOn } = distributed.distribution;
  const forms = new Map<string, string>();
  const rules = new Set<string>();
  const add = (code: string, form: unknown): void => {
    forms.set(code, `${forms.get(code) ?? ''}${canonicalJson([form])}`);
  };
  for (const { candidate, withheld } of [...entitled, ...(passedOn?.entitled ?? [])]) {
    add(candidate.correspondent, { role: candidate.role, withheld });
    for (const { ruleId } of candidate.reasons) if (ruleId !== null) rules.add(ruleId);
  }
  for (const { correspondent, code } of notices) add(correspondent, { notice: code });
  return { forms, rules };
}
