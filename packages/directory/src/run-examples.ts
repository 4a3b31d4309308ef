import type { Rule, RuleExample } from '@chappe/schemas';
import { evaluateRule } from './match-rules.ts';
import type { RoutingFacts } from './routing-facts.ts';
import { compileRule, factValues, unknown } from './rule-index.ts';

/** An example of a rule that does not hold. */
export interface FailedExample {
  readonly ruleId: string;
  readonly example: string;
  /** Its place among the rule's examples. */
  readonly index: number;
  readonly shouldMatch: boolean;
}

/**
 * Runs a rule's examples. One that cannot be evaluated, because it or its rule uses a symbol of a later
 * release, fails when a rule is proposed (`strict`) and passes when a replica reads what others have judged.
 */
export function runExamples(rule: Rule, strictness: 'strict' | 'lenient'): readonly FailedExample[] {
  const compiled = compileRule(rule, () => true);
  return rule.examples.flatMap((example, index) => {
    const verdict = evaluateRule(compiled, factValues(exampleFacts(example)));
    if (verdict === 'undecided' && strictness === 'lenient') return [];
    return (verdict === 'applies') === example.matches
      ? []
      : [{ ruleId: rule.ruleId, example: example.name, index, shouldMatch: example.matches }];
  });
}

/** An example states what matters to it; what it leaves out is absent, not unknown. */
function exampleFacts(example: RuleExample): RoutingFacts {
  const stated = (symbol: string): string => (symbol === unknown ? '' : symbol);
  return {
    countries: example.countries,
    crimeAreas: example.crimeAreas,
    kind: stated(example.kind),
    urgency: stated(example.urgency),
    activity: stated(example.activity),
    sender: example.sender,
    partner: example.partner,
    classification: stated(example.classification),
    keywords: example.keywords,
    entityTypes: example.entityTypes,
  };
}
