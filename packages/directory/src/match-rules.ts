import type { RoutingFacts } from './routing-facts.ts';
import {
  type CompiledRule,
  type Condition,
  candidateRules,
  type FactValues,
  factValues,
  unknown,
} from './rule-index.ts';
import type { DirectorySnapshot } from './snapshot.ts';

/** A rule that speaks for a message, and whom it names. */
export interface RuleMatch {
  readonly ruleId: string;
  readonly action: readonly string[];
  readonly information: readonly string[];
  /** No rule matched, and the duty desk receives the message. */
  readonly fallback: boolean;
  /** The rule could not be fully evaluated, and the duty desk is added so that a person looks. */
  readonly undecided: boolean;
}

/** The id under which the duty desk's share is explained when no rule matches. */
export const dutyDeskRuleId = 'duty-desk';

/** Whether a rule applies; a symbol unknown to this release leaves it undecided. */
export type Verdict = 'applies' | 'undecided' | 'does-not-apply';

/**
 * The rules that apply to a message, in order of priority. Never empty: what matches nothing goes to the
 * duty desk. A rule that cannot be evaluated sends to the duty desk instead of to its recipients, because
 * its exclusions are restrictions and cannot be trusted either.
 */
export function matchRules(
  snapshot: Pick<DirectorySnapshot, 'ruleIndex' | 'dutyDesk'>,
  facts: RoutingFacts,
  nowMs: number,
): readonly RuleMatch[] {
  const values = factValues(facts);
  const matches = candidateRules(snapshot.ruleIndex, values).flatMap((rule) =>
    matchOf(rule, values, nowMs, snapshot.dutyDesk),
  );
  return matches.length > 0
    ? matches
    : [
        {
          ruleId: dutyDeskRuleId,
          action: [snapshot.dutyDesk],
          information: [],
          fallback: true,
          undecided: false,
        },
      ];
}

/** What one rule says of a message: nothing, its recipients, or the duty desk when it is undecided. */
export function matchOf(
  compiled: CompiledRule,
  values: FactValues,
  nowMs: number,
  dutyDesk: string,
): readonly RuleMatch[] {
  if (!isInForce(compiled.rule, nowMs)) return [];
  const verdict = evaluateRule(compiled, values);
  if (verdict === 'does-not-apply') return [];
  const undecided = verdict === 'undecided' || compiled.lostRecipients;
  const named = verdict === 'applies' ? compiled.action : [];
  return [
    {
      ruleId: compiled.rule.ruleId,
      action: undecided && !named.includes(dutyDesk) ? [...named, dutyDesk] : named,
      information: verdict === 'applies' ? compiled.information : [],
      fallback: false,
      undecided,
    },
  ];
}

/** Every set of `match` must meet the message (any of its values); no set of `unless` may. */
export function evaluateRule(rule: Pick<CompiledRule, 'match' | 'unless'>, facts: FactValues): Verdict {
  let verdict: Verdict = 'applies';
  for (const condition of rule.match) {
    const met = meets(condition, facts);
    if (met === 'no') return 'does-not-apply';
    if (met === 'perhaps') verdict = 'undecided';
  }
  for (const condition of rule.unless) {
    const met = meets(condition, facts);
    if (met === 'yes') return 'does-not-apply';
    if (met === 'perhaps') verdict = 'undecided';
  }
  return verdict;
}

/** Validity includes its beginning and excludes its end. */
export function isInForce(
  bounds: { readonly validFrom: number; readonly validUntil: number | null },
  nowMs: number,
): boolean {
  return bounds.validFrom <= nowMs && (bounds.validUntil === null || nowMs < bounds.validUntil);
}

function meets({ dimension, values }: Condition, facts: FactValues): 'yes' | 'no' | 'perhaps' {
  const found = facts[dimension];
  if (found.some((value) => value !== unknown && values.has(value))) return 'yes';
  return found.includes(unknown) || (values.has(unknown) && found.length > 0) ? 'perhaps' : 'no';
}
