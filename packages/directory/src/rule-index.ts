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
  /** Some recipient does not exist, or is suspended and no post: what it should have got goes to the duty desk. */
  readonly lostRecipients: boolean;
  /** Its place by priority, then by id. */
  readonly order: number;
}

/** One dimension of a rule. */
export interface Condition {
  readonly dimension: Dimension;
  readonly values: ReadonlySet<string>;
}

/** Rules filed under the values of their most selective dimensions. */
export interface RuleIndex {
  readonly rules: readonly CompiledRule[];
  readonly byId: ReadonlyMap<string, CompiledRule>;
  /** Rules that ask nothing, or whose filing sets this release cannot read: always candidates. */
  readonly always: readonly CompiledRule[];
  readonly drawers: readonly Drawer[];
}

/** Rules filed by the values of one dimension, or of two together. */
export interface Drawer {
  readonly first: Dimension;
  readonly second: Dimension | null;
  readonly byValue: ReadonlyMap<string, readonly CompiledRule[]>;
}

interface OpenDrawer extends Drawer {
  readonly byValue: Map<string, CompiledRule[]>;
}

/** What a message has in each dimension, prepared once for all rules that look at it. */
export type FactValues = Readonly<Record<Dimension, readonly string[]>>;

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

/** The values that a message has, by dimension. */
export function factValues(facts: RoutingFacts): FactValues {
  return {
    countries: facts.countries,
    crimeAreas: facts.crimeAreas,
    kinds: [facts.kind],
    urgencies: [facts.urgency],
    activities: [facts.activity],
    senders: [facts.sender],
    partners: facts.partner === null ? [] : [facts.partner],
    classifications: [facts.classification],
    keywords: facts.keywords.map(normaliseKeyword),
    entityTypes: facts.entityTypes,
  };
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
    order: 0,
  };
}

/**
 * Files each rule once: under the dimension whose fullest value is shared by the fewest rules, and where that
 * still is many, under its values together with those of the next best. So a message meets few candidates
 * however many rules there are.
 */
export function buildRuleIndex(rules: readonly Rule[], isUsable: (code: string) => boolean): RuleIndex {
  const compiled = rules
    .map((rule) => compileRule(rule, isUsable))
    .sort(inOrder)
    .map((each, order) => ({ ...each, order }));
  const frequency = countValues(compiled);
  const always: CompiledRule[] = [];
  const drawers = new Map<string, OpenDrawer>();
  for (const each of compiled) {
    const [first, second] = filingConditions(each, frequency);
    if (first === undefined) {
      always.push(each);
      continue;
    }
    const name = `${first.dimension}/${second?.dimension ?? ''}`;
    const drawer = drawers.get(name) ?? {
      first: first.dimension,
      second: second?.dimension ?? null,
      byValue: new Map<string, CompiledRule[]>(),
    };
    drawers.set(name, drawer);
    for (const value of first.values) {
      for (const other of second?.values ?? [null]) {
        const key = filingKey(value, other);
        const list = drawer.byValue.get(key) ?? [];
        drawer.byValue.set(key, list);
        list.push(each);
      }
    }
  }
  const byId = new Map(compiled.map((each) => [each.rule.ruleId, each]));
  return { rules: compiled, byId, always, drawers: [...drawers.values()] };
}

/** The rules that may match, in order of priority, each once. */
export function candidateRules(index: RuleIndex, values: FactValues): readonly CompiledRule[] {
  const found = new Set<CompiledRule>(index.always);
  const take = (list: readonly CompiledRule[] | undefined): void => {
    for (const each of list ?? []) found.add(each);
  };
  for (const { first, second, byValue } of index.drawers) {
    const others: readonly (string | null)[] = second === null ? [null] : values[second];
    if (values[first].includes(unknown) || others.includes(unknown)) {
      for (const list of byValue.values()) take(list);
      continue;
    }
    for (const value of values[first]) {
      for (const other of others) take(byValue.get(filingKey(value, other)));
    }
  }
  return [...found].sort((a, b) => a.order - b.order);
}

/** With the length of the first, so that no two pairs of values are written alike. */
function filingKey(value: string, other: string | null): string {
  return other === null ? value : `${value.length} ${value}${other}`;
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

/** A dimension files well enough alone when none of its values holds more rules than these. */
const fewRules = 8;
/** A rule filed under more pairs of values would swell the index. */
const mostPairs = 256;

function filingConditions(
  rule: CompiledRule,
  frequency: ReadonlyMap<string, number>,
): readonly [first?: Condition, second?: Condition] {
  const ranked = rule.match
    .filter((condition) => !condition.values.has(unknown))
    .map((condition) => ({ condition, cost: costOf(condition, frequency) }))
    .sort((a, b) => a.cost - b.cost);
  const [best, next] = ranked;
  if (best === undefined) return [];
  const pairs = best.condition.values.size * (next?.condition.values.size ?? 0);
  return next === undefined || best.cost <= fewRules || pairs > mostPairs
    ? [best.condition]
    : [best.condition, next.condition];
}

function costOf({ dimension, values }: Condition, frequency: ReadonlyMap<string, number>): number {
  let cost = 0;
  for (const value of values) cost = Math.max(cost, frequency.get(`${dimension}/${value}`) ?? 0);
  return cost;
}

function inOrder(a: CompiledRule, b: CompiledRule): number {
  if (a.rule.priority !== b.rule.priority) return a.rule.priority - b.rule.priority;
  return a.rule.ruleId < b.rule.ruleId ? -1 : 1;
}
