import type { Kind, Rule, RuleConditions } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aCorrespondent,
  aRule,
  noConditions,
  snapshotOf,
  someEntries,
  someFacts,
} from './directory.fixture.ts';
import { dutyDeskRuleId, matchOf, matchRules } from './match-rules.ts';
import type { RoutingFacts } from './routing-facts.ts';
import { buildRuleIndex, candidateRules, compileRule } from './rule-index.ts';

const usable = () => true;
const nowMs = 1_000;

function match(rules: readonly Rule[], facts: Partial<RoutingFacts>) {
  const snapshot = { ruleIndex: buildRuleIndex(rules, usable), dutyDesk: 'desk:duty' };
  return matchRules(snapshot, someFacts(facts), nowMs);
}

const values = {
  countries: ['FR', 'DJ', 'LB', 'SY'],
  crimeAreas: ['TERRORISM', 'COMPUTER_CRIME', 'UNKNOWN'],
  kinds: ['LEAD', 'HIT', 'UNKNOWN'],
  urgencies: ['FLASH', 'ROUTINE'],
  activities: ['OPERATIONAL', 'TECHNICAL'],
  senders: ['post:DJ', 'post:CI'],
  partners: ['partner:a'],
  classifications: ['RESTRICTED', 'SECRET'],
  keywords: ['Opium', 'drone'],
  entityTypes: ['PERSON', 'PHONE'],
} satisfies Record<keyof RuleConditions, string[]>;

const someOf = <T>(of: readonly T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant<T[]>([]) }, fc.subarray([...of]));
const anyConditions = fc.record({
  countries: someOf(values.countries),
  crimeAreas: someOf(['TERRORISM', 'COMPUTER_CRIME', 'UNKNOWN'] as const),
  kinds: someOf(['LEAD', 'HIT', 'UNKNOWN'] as const),
  urgencies: someOf(['FLASH', 'ROUTINE'] as const),
  activities: someOf(['OPERATIONAL', 'TECHNICAL'] as const),
  senders: someOf(values.senders),
  partners: someOf(values.partners),
  classifications: someOf(['RESTRICTED', 'SECRET'] as const),
  keywords: someOf(values.keywords),
  entityTypes: someOf(['PERSON', 'PHONE'] as const),
});
const anyRules = fc
  .array(
    fc.record({
      match: anyConditions,
      unless: fc.oneof({ weight: 2, arbitrary: fc.constant(noConditions) }, anyConditions),
      priority: fc.integer({ min: 0, max: 3 }),
      validUntil: fc.option(fc.constantFrom(500, 2_000)),
    }),
    { maxLength: 30 },
  )
  .map((rules) => rules.map((rule, index) => aRule({ ...rule, ruleId: `rule-${index}` })));
const anyFacts: fc.Arbitrary<RoutingFacts> = fc.record({
  countries: fc.subarray(values.countries),
  crimeAreas: fc.subarray(values.crimeAreas),
  kind: fc.constantFrom(...values.kinds),
  urgency: fc.constantFrom(...values.urgencies, 'UNKNOWN'),
  activity: fc.constantFrom(...values.activities),
  sender: fc.constantFrom(...values.senders),
  partner: fc.option(fc.constantFrom(...values.partners)),
  classification: fc.constantFrom(...values.classifications),
  keywords: fc.subarray(['OPIUM', 'drone ', 'other']),
  entityTypes: fc.subarray(values.entityTypes),
});

describe('matchRules', () => {
  it('asks every set of a rule, any value of each', () => {
    const rule = aRule({ match: { crimeAreas: ['TERRORISM', 'COMPUTER_CRIME'], countries: ['LB', 'SY'] } });
    expect(match([rule], { crimeAreas: ['COMPUTER_CRIME'], countries: ['FR', 'SY'] })).toEqual([
      { ruleId: 'rule-1', action: ['desk:cyber'], information: [], fallback: false, undecided: false },
    ]);
    expect(match([rule], { crimeAreas: ['COMPUTER_CRIME'], countries: ['FR'] })[0]?.ruleId).toBe(
      dutyDeskRuleId,
    );
  });

  it('excludes by any value of any exclusion', () => {
    const rule = aRule({ unless: { countries: ['FR'], keywords: ['exercise'] } });
    const facts = { crimeAreas: ['COMPUTER_CRIME'] };
    expect(match([rule], facts)[0]?.fallback).toBe(false);
    expect(match([rule], { ...facts, countries: ['DJ', 'FR'] })[0]?.fallback).toBe(true);
    expect(match([rule], { ...facts, keywords: ['Exercise '] })[0]?.fallback).toBe(true);
  });

  it('sends what matches nothing to the duty desk, saying so', () => {
    expect(match([], {})).toEqual([
      { ruleId: dutyDeskRuleId, action: ['desk:duty'], information: [], fallback: true, undecided: false },
    ]);
  });

  it('sends what it cannot evaluate to the duty desk, and to nobody else', () => {
    const undecided = [
      { ruleId: 'rule-1', action: ['desk:duty'], information: [], fallback: false, undecided: true },
    ];
    expect(match([aRule()], { crimeAreas: ['UNKNOWN'] })).toEqual(undecided);
    expect(match([aRule({ match: { crimeAreas: ['UNKNOWN'] } })], { crimeAreas: ['TERRORISM'] })).toEqual(
      undecided,
    );
    expect(match([aRule({ unless: { kinds: ['UNKNOWN'] } })], { crimeAreas: ['COMPUTER_CRIME'] })).toEqual(
      undecided,
    );
    expect(
      match([aRule({ unless: { kinds: ['HIT'] } })], { crimeAreas: ['COMPUTER_CRIME'], kind: 'UNKNOWN' }),
    ).toEqual(undecided);
  });

  it('does not disturb the duty desk when the rest of the rule says no', () => {
    const rule = aRule({ match: { crimeAreas: ['UNKNOWN'], countries: ['LB'] } });
    expect(match([rule], { crimeAreas: ['TERRORISM'], countries: ['FR'] })[0]?.fallback).toBe(true);
  });

  it('adds the duty desk when a recipient is suspended', () => {
    const entries = someEntries({
      correspondents: [
        aCorrespondent(),
        aCorrespondent({ code: 'desk:cyber', type: 'DESK', shortCode: 'CY', suspended: true }),
        aCorrespondent({ code: 'desk:duty', type: 'DESK', shortCode: 'DU', dutyDesk: true }),
      ],
      rules: [aRule({ information: ['post:DJ'] })],
    });
    expect(matchRules(snapshotOf(entries), someFacts({ crimeAreas: ['COMPUTER_CRIME'] }), nowMs)).toEqual([
      { ruleId: 'rule-1', action: ['desk:duty'], information: ['post:DJ'], fallback: false, undecided: true },
    ]);
  });

  it('looks at validity, beginning included and end excluded', () => {
    const rule = aRule({ validFrom: 1_000, validUntil: 2_000 });
    const snapshot = { ruleIndex: buildRuleIndex([rule], usable), dutyDesk: 'desk:duty' };
    const facts = someFacts({ crimeAreas: ['COMPUTER_CRIME'] });
    const fallsBack = [999, 1_000, 1_999, 2_000].map((now) => matchRules(snapshot, facts, now)[0]?.fallback);
    expect(fallsBack).toEqual([true, false, false, true]);
  });

  it('answers by priority, the lowest number first, then by id', () => {
    const rules = [aRule({ ruleId: 'b' }), aRule({ ruleId: 'c', priority: 1 }), aRule({ ruleId: 'a' })];
    const found = match(rules, { crimeAreas: ['COMPUTER_CRIME'] });
    expect(found.map((each) => each.ruleId)).toEqual(['c', 'a', 'b']);
  });

  it('finds through its index exactly what asking every rule finds', () => {
    let decided = 0;
    let undecided = 0;
    fc.assert(
      fc.property(anyRules, anyFacts, (rules, facts) => {
        const index = buildRuleIndex(rules, usable);
        const found = matchRules({ ruleIndex: index, dutyDesk: 'desk:duty' }, facts, nowMs);
        const naive = [...rules]
          .sort((a, b) => a.priority - b.priority || (a.ruleId < b.ruleId ? -1 : 1))
          .flatMap((rule) => matchOf(compileRule(rule, usable), facts, nowMs, 'desk:duty'));
        expect(found.filter((each) => !each.fallback)).toEqual(naive);
        decided += naive.filter((each) => !each.undecided).length;
        undecided += naive.filter((each) => each.undecided).length;
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(decided, undecided)).toBeGreaterThan(100);
  });

  it('finds through its index what asking every rule finds, also among many alike and with recipients lost', () => {
    const manyRules = fc
      .array(
        fc.record({
          match: fc.record({
            countries: fc.subarray(['FR', 'DJ', 'LB', 'SY'], { maxLength: 2 }),
            kinds: fc.constantFrom<Kind[][]>([], ['LEAD'], ['LEAD', 'HIT'], ['UNKNOWN']),
            senders: fc.subarray(values.senders, { maxLength: 1 }),
            keywords: fc.subarray([' opium', 'DRONE', 'Cafe\u0301'], { maxLength: 2 }),
          }),
          unless: fc.record({ countries: fc.subarray(['FR', 'DJ'], { maxLength: 1 }) }),
          priority: fc.integer({ min: 0, max: 2 }),
          action: fc.subarray(['desk:cyber', 'desk:lost'], { minLength: 1 }),
        }),
        { minLength: 100, maxLength: 200 },
      )
      .map((rules) => rules.map((rule, index) => aRule({ ...rule, ruleId: `rule-${index}` })));
    const facts = anyFacts.map((each) => ({ ...each, keywords: [...each.keywords, 'CAF\u00c9'] }));
    const isUsable = (code: string) => code !== 'desk:lost';
    let lost = 0;
    fc.assert(
      fc.property(manyRules, facts, (rules, message) => {
        const found = matchRules(
          { ruleIndex: buildRuleIndex(rules, isUsable), dutyDesk: 'desk:duty' },
          message,
          nowMs,
        );
        const naive = [...rules]
          .sort((a, b) => a.priority - b.priority || (a.ruleId < b.ruleId ? -1 : 1))
          .flatMap((rule) => matchOf(compileRule(rule, isUsable), message, nowMs, 'desk:duty'));
        expect(found.filter((each) => !each.fallback)).toEqual(naive);
        expect(found.length).toBeGreaterThan(0);
        lost += naive.filter((each) => each.undecided && each.action.includes('desk:cyber')).length;
      }),
      { numRuns: 200 },
    );
    expect(lost).toBeGreaterThan(100);
  });

  it('does hardly more work for a message among 10,000 rules than among 10', () => {
    const work = (count: number) => {
      const rules = Array.from({ length: count }, (_, index) =>
        aRule({
          ruleId: `rule-${index}`,
          match: {
            crimeAreas: ['COMPUTER_CRIME'],
            kinds: ['LEAD'],
            countries: [`X${String.fromCharCode(65 + (index % 26))}`, 'FR'].slice(0, 1 + (index % 2)),
            senders: [`post:P${index % 500}`],
            keywords: [`word-${index}`],
          },
        }),
      );
      const { facts, reads } = countingFacts({
        crimeAreas: ['COMPUTER_CRIME'],
        countries: ['FR'],
        sender: 'post:P7',
        keywords: ['word-7'],
      });
      const matched = matchRules(
        { ruleIndex: buildRuleIndex(rules, usable), dutyDesk: 'desk:duty' },
        facts,
        nowMs,
      );
      return { matched: matched.map(({ ruleId }) => ruleId), reads: reads() };
    };
    const few = work(10);
    const many = work(10_000);
    expect(few.matched).toEqual(['rule-7']);
    expect(many.matched).toEqual(few.matched);
    // Each look into the index, and each condition of a candidate, reads a fact once.
    expect(few.reads).toBeGreaterThan(0);
    expect(many.reads).toBeLessThanOrEqual(few.reads + 2);
  });

  it('looks at few of ten thousand rules', () => {
    const rules = Array.from({ length: 10_000 }, (_, index) =>
      aRule({
        ruleId: `rule-${index}`,
        match: {
          crimeAreas: index % 2 === 0 ? ['COMPUTER_CRIME'] : ['TERRORISM', 'COMPUTER_CRIME'],
          kinds: ['LEAD'],
          senders: [`post:P${index % 500}`],
          keywords: [`word-${index % 2_000}`],
        },
      }),
    );
    const facts = someFacts({ crimeAreas: ['COMPUTER_CRIME'], sender: 'post:P7', keywords: ['word-7'] });
    const index = buildRuleIndex(rules, usable);
    expect(candidateRules(index, facts).length).toBeLessThanOrEqual(5);
    expect(matchRules({ ruleIndex: index, dutyDesk: 'desk:duty' }, facts, nowMs)).toHaveLength(5);
  });
});

/** Facts that count how often they are asked: the comparisons of a decision. */
function countingFacts(overrides: Partial<RoutingFacts>): { facts: RoutingFacts; reads: () => number } {
  let reads = 0;
  const facts = new Proxy(someFacts(overrides), {
    get(target, name, receiver) {
      reads += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  return { facts, reads: () => reads };
}
