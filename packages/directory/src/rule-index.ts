import type { Rule, RuleConditions } from '@chappe/schemas';
import { normaliseKeyword, type RoutingFacts } from './routing-facts.ts';

/** What rules can ask about a message; every dimension is an any-of set. */
export type Dimension = keyof RuleConditions;

/** A rule as matched: only the dimensions that ask something, as sets. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly match: readonly Condition[];
  readonly unless: readonly Condition[];
  readonly action: readonly string[];
  readonly information: readonly string[];
  /** Some recipient does not exist or is suspended: what it should have got goes to the duty desk. */
  readonly lostRecipients: boolean;
}

/** One dimension of a rule. */
export interface Condition {
  readonly dimension: Dimension;
  readonly values: ReadonlySet<string>;
}

/** Rules filed under the values of their most selective dimension. */
export interface RuleIndex {
  readonly rules: readonly CompiledRule[];
  /** Rules that ask nothing, or whose filing set this release cannot read: always candidates. */
  readonly always: readonly CompiledRule[];
  readonly filed: ReadonlyMap<Dimension, ReadonlyMap<string, readonly CompiledRule[]>>;
}

/** Every dimension, in the order of the schema. */
export const dimensions: readonly Dimension[] = [
  'countries',
  'crimeAreas',
  'kinds',
  'urgencies',
  'activities',
  'senders',
  'partners',
  'classifications',
  'keywords',
  'entityTypes',
];

/** The values that a message has in a dimension. */
export function factsIn(facts: RoutingFacts, dimension: Dimension): readonly string[] {
  switch (dimension) {
    case 'kinds':
      return [facts.kind];
    case 'urgencies':
      return [facts.urgency];
    case 'activities':
      return [facts.activity];
    case 'senders':
      return [facts.sender];
    case 'partners':
      return facts.partner === null ? [] : [facts.partner];
    case 'classifications':
      return [facts.classification];
    case 'keywords':
      return facts.keywords.map(normaliseKeyword);
    default:
      return facts[dimension];
  }
}

/** Prepares a rule for matching. */
export function compileRule(rule: Rule, isUsable: (correspondent: string) => boolean): CompiledRule {
  const action = rule.action.filter(isUsable);
  const information = rule.information.filter(isUsable);
  return {
    rule,
    match: conditionsOf(rule.match),
    unless: conditionsOf(rule.unless),
    action,
    information,
    lostRecipients: action.length + information.length < rule.action.length + rule.information.length,
  };
}

/**
 * Files each rule under one dimension only, the one whose fullest value is shared by the fewest rules, so
 * that a message meets few candidates however many rules there are.
 */
export function buildRuleIndex(rules: readonly Rule[], isUsable: (code: string) => boolean): RuleIndex {
  const compiled = rules.map((rule) => compileRule(rule, isUsable)).sort(inOrder);
  const frequency = countValues(compiled);
  const always: CompiledRule[] = [];
  const filed = new Map<Dimension, Map<string, CompiledRule[]>>();
  for (const each of compiled) {
    const chosen = mostSelective(each, frequency);
    if (chosen === undefined) {
      always.push(each);
      continue;
    }
    const byValue = filed.get(chosen.dimension) ?? new Map<string, CompiledRule[]>();
    filed.set(chosen.dimension, byValue);
    for (const value of chosen.values) {
      const list = byValue.get(value) ?? [];
      byValue.set(value, list);
      list.push(each);
    }
  }
  return { rules: compiled, always, filed };
}

/** The rules that may match, in order of priority, each once. */
export function candidateRules(index: RuleIndex, facts: RoutingFacts): readonly CompiledRule[] {
  const found = new Set<CompiledRule>(index.always);
  for (const [dimension, byValue] of index.filed) {
    const values = factsIn(facts, dimension);
    const lists = values.includes(unknown)
      ? byValue.values()
      : values.map((value) => byValue.get(value) ?? []);
    for (const list of lists) {
      for (const each of list) found.add(each);
    }
  }
  return [...found].sort(inOrder);
}

/** What a reader makes of a symbol that its release does not know. */
export const unknown = 'UNKNOWN';

function conditionsOf(conditions: RuleConditions): readonly Condition[] {
  return dimensions
    .map((dimension) => ({
      dimension,
      values: new Set<string>(
        dimension === 'keywords' ? conditions.keywords.map(normaliseKeyword) : conditions[dimension],
      ),
    }))
    .filter((condition) => condition.values.size > 0);
}

function countValues(rules: readonly CompiledRule[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { match } of rules) {
    for (const { dimension, values } of match) {
      for (const value of values) {
        const key = `${dimension}/${value}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
  }
  return counts;
}

function mostSelective(rule: CompiledRule, frequency: ReadonlyMap<string, number>): Condition | undefined {
  let best: { condition: Condition; cost: number } | undefined;
  for (const condition of rule.match) {
    if (condition.values.has(unknown)) continue;
    let cost = 0;
    for (const value of condition.values) {
      cost = Math.max(cost, frequency.get(`${condition.dimension}/${value}`) ?? 0);
    }
    if (best === undefined || cost < best.cost) best = { condition, cost };
  }
  return best?.condition;
}

function inOrder(a: CompiledRule, b: CompiledRule): number {
  if (a.rule.priority !== b.rule.priority) return a.rule.priority - b.rule.priority;
  return a.rule.ruleId < b.rule.ruleId ? -1 : 1;
}
