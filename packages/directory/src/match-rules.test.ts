import { crimeAreaCodes, type Kind, type Rule, type RuleConditions } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countryCodes } from './countries.ts';
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
import { buildRuleIndex, candidateRules, compileRule, factValues, type RuleIndex } from './rule-index.ts';

const usable = () => true;
const codes = [...countryCodes];
const areas = crimeAreaCodes.filter((area) => area !== 'UNKNOWN');
const nowMs = 1_000;
/** Generated cases compute long where other things run. */
const propertyTimeoutMs = 60_000;

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

  it('finds through its index exactly what asking every rule finds', { timeout: propertyTimeoutMs }, () => {
    let decided = 0;
    let undecided = 0;
    fc.assert(
      fc.property(anyRules, anyFacts, (rules, facts) => {
        const index = buildRuleIndex(rules, usable);
        const found = matchRules({ ruleIndex: index, dutyDesk: 'desk:duty' }, facts, nowMs);
        const naive = [...rules]
          .sort((a, b) => a.priority - b.priority || (a.ruleId < b.ruleId ? -1 : 1))
          .flatMap((rule) => matchOf(compileRule(rule, usable), factValues(facts), nowMs, 'desk:duty'));
        expect(found.filter((each) => !each.fallback)).toEqual(naive);
        decided += naive.filter((each) => !each.undecided).length;
        undecided += naive.filter((each) => each.undecided).length;
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(decided, undecided)).toBeGreaterThan(100);
  });

  it('finds through its index what asking every rule finds, also among many alike and with recipients lost', {
    timeout: propertyTimeoutMs,
  }, () => {
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
        { minLength: 50, maxLength: 80 },
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
          .flatMap((rule) => matchOf(compileRule(rule, isUsable), factValues(message), nowMs, 'desk:duty'));
        expect(found.filter((each) => !each.fallback)).toEqual(naive);
        expect(found.length).toBeGreaterThan(0);
        lost += naive.filter((each) => each.undecided && each.action.includes('desk:cyber')).length;
      }),
      { numRuns: 100 },
    );
    expect(lost).toBeGreaterThan(100);
  });

  it.each<[string, (index: number) => Partial<RuleConditions>]>([
    ['each with a keyword of its own', (index: number) => ({ keywords: [`word-${index}`] })],
    [
      'each with two countries and two areas among many',
      (index: number) => ({
        countries: [codes[index % 240] ?? '', codes[(index * 7 + 1) % 240] ?? ''],
        crimeAreas: [
          areas[Math.floor(index / 240) % 30] ?? 'OTHER',
          areas[(Math.floor(index / 240) * 11 + 1) % 30] ?? 'OTHER',
        ],
      }),
    ],
    [
      'each for a sender and a country',
      (index: number) => ({
        senders: [`post:P${index % 100}`],
        countries: [codes[Math.floor(index / 100)] ?? ''],
      }),
    ],
  ])(
    'does hardly more work for a message among 10,000 rules than among 10, %s',
    {
      timeout: propertyTimeoutMs,
    },
    (_, conditions) => {
      const work = (count: number): number => {
        const rules = Array.from({ length: count }, (_, index) =>
          aRule({ ruleId: `rule-${index}`, match: { ...conditions(index), kinds: ['LEAD'] } }),
        );
        const index = buildRuleIndex(rules, usable);
        const comparisons = countComparisons(index);
        // What matches is the answer, and its size is no work of the index: each message matches few.
        for (let message = 0; message < 10; message += 1) {
          const { keywords = [], countries = [], crimeAreas = [], senders = [] } = conditions(message);
          const facts = someFacts({
            keywords,
            countries: countries.slice(0, 1),
            crimeAreas: crimeAreas.slice(0, 1),
            sender: senders[0] ?? 'post:DJ',
          });
          const found = matchRules({ ruleIndex: index, dutyDesk: 'desk:duty' }, facts, nowMs);
          expect(found.map(({ ruleId }) => ruleId)).toContain(`rule-${message}`);
          expect(found.length).toBeLessThanOrEqual(20);
        }
        return comparisons() / 10;
      };
      expect(work(10)).toBeGreaterThan(1);
      expect(work(10_000)).toBeLessThanOrEqual(work(10) + 60);
    },
  );

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
    expect(candidateRules(index, factValues(facts)).length).toBeLessThanOrEqual(5);
    expect(matchRules({ ruleIndex: index, dutyDesk: 'desk:duty' }, facts, nowMs)).toHaveLength(5);
  });
});

/** Counts look-ups in the index and in the sets of rules: the comparisons that decisions make. */
function countComparisons(index: RuleIndex): () => number {
  let count = 0;
  const counting = <K>(
    looked: { has(key: K): boolean },
    name: 'has' | 'get',
    original: (key: K) => unknown,
  ): void => {
    Object.defineProperty(looked, name, {
      value(key: K) {
        count += 1;
        return original.call(looked, key);
      },
    });
  };
  for (const { byValue } of index.drawers) counting(byValue, 'get', byValue.get);
  for (const { match, unless } of index.rules) {
    for (const { values: set } of [...match, ...unless]) counting(set, 'has', set.has);
  }
  return () => count;
}
