import type { Rule, RuleExample } from '@chappe/schemas';
import type { DirectoryEntries } from './directory-entries.ts';
import { type DirectoryProblem, type DirectoryProblemCode, duplicates } from './directory-problem.ts';
import { evaluateRule } from './match-rules.ts';
import type { RoutingFacts } from './routing-facts.ts';
import { type CompiledRule, compileRule, unknown } from './rule-index.ts';
import { unknownCorrespondents, unknownCountries } from './validate-correspondents.ts';

/** Routing rules: whom they name, whether they can match, and whether their examples hold. */
export function validateRules(entries: DirectoryEntries): readonly DirectoryProblem[] {
  const known = new Set(entries.correspondents.map((each) => each.code));
  return [
    ...duplicates(
      entries.rules.map((each) => each.ruleId),
      'duplicate',
      (id) => `rule/${id}`,
    ),
    ...entries.rules.flatMap((rule) => validateRule(rule, known)),
  ];
}

function validateRule(rule: Rule, known: ReadonlySet<string>): readonly DirectoryProblem[] {
  const key = `rule/${rule.ruleId}`;
  const problem = (code: DirectoryProblemCode, detail: string): DirectoryProblem => ({ code, key, detail });
  const compiled = compileRule(rule, () => true);
  const named = [
    ...rule.action,
    ...rule.information,
    ...rule.match.senders,
    ...rule.match.partners,
    ...rule.unless.senders,
    ...rule.unless.partners,
  ];
  const problems = [
    ...unknownCorrespondents(key, [...new Set(named)], known),
    ...unknownCountries(key, [...rule.match.countries, ...rule.unless.countries]),
  ];
  if (rule.action.length + rule.information.length === 0) {
    problems.push(
      problem('rule-without-recipient', 'It names nobody, neither for action nor for information.'),
    );
  }
  if (compiled.match.length === 0) {
    problems.push(problem('rule-without-condition', 'It asks nothing, and would match every message.'));
  }
  if (rule.reason.trim() === '' || rule.author.trim() === '') {
    problems.push(problem('rule-without-reason', 'It must say who wrote it and why.'));
  }
  if (rule.validUntil !== null && rule.validUntil <= rule.validFrom) {
    problems.push(problem('empty-validity', 'It ends before it begins.'));
  }
  if ([...compiled.match, ...compiled.unless].some(({ values }) => values.has(unknown))) {
    problems.push(problem('unknown-symbol', 'It uses a symbol that this release does not know.'));
  }
  const impossible = impossibleDimension(compiled);
  if (impossible !== undefined) {
    problems.push(
      problem('rule-never-matches', `Whatever meets its ${impossible} is also excluded by them.`),
    );
  }
  if (!rule.examples.some((example) => example.matches)) {
    problems.push(problem('rule-without-example', 'It needs at least one example that matches.'));
  }
  return [...problems, ...rule.examples.flatMap((example) => judgeExample(key, compiled, example))];
}

/** A dimension in which the exclusion covers all that the condition asks for: the rule can never match. */
function impossibleDimension({ match, unless }: CompiledRule): string | undefined {
  return match.find((condition) => {
    const excluded = unless.find((each) => each.dimension === condition.dimension);
    return excluded !== undefined && [...condition.values].every((value) => excluded.values.has(value));
  })?.dimension;
}

function judgeExample(key: string, rule: CompiledRule, example: RuleExample): readonly DirectoryProblem[] {
  const applies = evaluateRule(rule, exampleFacts(example)) === 'applies';
  if (applies === example.matches) return [];
  return [
    {
      code: 'example-fails',
      key,
      detail: `The example "${example.name}" ${example.matches ? 'should match and does not' : 'should not match and does'}.`,
    },
  ];
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
