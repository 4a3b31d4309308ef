import { isWithinCeiling } from '@chappe/policy';
import type { Correspondent, Rule } from '@chappe/schemas';
import type { DirectoryEntries } from './directory-entries.ts';
import { type DirectoryProblemCode, type Finding, findDuplicates } from './directory-problem.ts';
import { type CompiledRule, compileRule } from './rule-index.ts';
import { runExamples } from './run-examples.ts';
import { emptyValidity, unknownCorrespondents, unknownCountries } from './validate-references.ts';

const list = 'rules';

type Correspondents = ReadonlyMap<string, Correspondent>;

/** Routing rules: whom they name, whether they can match and deliver, whether they agree, and their examples. */
export function validateRules({ rules, correspondents }: DirectoryEntries): readonly Finding[] {
  const known = new Map(correspondents.map((each) => [each.code, each]));
  return [
    ...findDuplicates(
      list,
      rules.map((each) => each.ruleId),
      { code: 'duplicate', path: '/ruleId', what: 'The rule' },
    ),
    ...rules.flatMap((rule, index) => [
      ...findUnknown(rule, index, known),
      ...validateRule(rule, index, known),
      ...emptyValidity(list, index, '', rule),
      ...validateExamples(rule, index),
    ]),
    ...findDisagreements(rules),
  ];
}

function findUnknown(rule: Rule, index: number, correspondents: Correspondents): readonly Finding[] {
  const known = new Set(correspondents.keys());
  const named: readonly (readonly [string, readonly string[]])[] = [
    ['/action', rule.action],
    ['/information', rule.information],
    ['/match/senders', rule.match.senders],
    ['/match/partners', rule.match.partners],
    ['/unless/senders', rule.unless.senders],
    ['/unless/partners', rule.unless.partners],
  ];
  return [
    ...named.flatMap(([path, codes]) => unknownCorrespondents({ list, index, path, codes }, known)),
    ...unknownCountries({ list, index, path: '/match/countries', codes: rule.match.countries }),
    ...unknownCountries({ list, index, path: '/unless/countries', codes: rule.unless.countries }),
  ];
}

function validateRule(rule: Rule, index: number, correspondents: Correspondents): readonly Finding[] {
  const compiled = compileRule(rule, () => true);
  const findings: Finding[] = [];
  const add = (code: DirectoryProblemCode, path: string, detail: string): void => {
    findings.push({ code, list, index, path, detail });
  };
  const recipients = [...rule.action, ...rule.information];
  if (recipients.length === 0) {
    add('rule-without-recipient', '', 'It names nobody: write whom into action or information.');
  }
  if (compiled.match.length === 0) {
    add('rule-without-condition', '/match', 'It asks nothing and would match every message: ask something.');
  }
  if (rule.reason.trim() === '' || rule.author.trim() === '') {
    add('rule-without-reason', '/reason', 'It must say who wrote it and why: write author and reason.');
  }
  const impossible = impossibleDimension(compiled);
  if (impossible !== undefined) {
    const detail = `Whatever meets its ${impossible} is also excluded by them: leave some of them out of unless.`;
    add('rule-never-matches', `/unless/${impossible}`, detail);
  }
  for (const [at, code] of rule.information.entries()) {
    if (!rule.action.includes(code)) continue;
    const detail = `${code} stands in action and in information: keep one.`;
    add('rule-contradicts', `/information/${at}`, detail);
  }
  const { senders, classifications } = rule.match;
  const [sender, ...otherSenders] = senders;
  if (recipients.length > 0 && otherSenders.length === 0 && recipients.every((code) => code === sender)) {
    add('rule-never-delivers', '/match/senders', 'It gives a sender only its own messages: name others.');
  }
  const lowest = classifications.filter((each) => each !== 'UNKNOWN');
  for (const code of new Set(recipients)) {
    const ceiling = correspondents.get(code)?.ceiling ?? 'UNKNOWN';
    if (lowest.length === 0 || ceiling === 'UNKNOWN') continue;
    if (lowest.some((each) => isWithinCeiling(each, ceiling))) continue;
    const detail = `${code} holds nothing above ${ceiling}: leave it out, or ask for a lower classification.`;
    add('rule-never-delivers', '/match/classifications', detail);
  }
  if (!rule.examples.some((example) => example.matches)) {
    add('rule-without-example', '/examples', 'It needs an example that matches: add one.');
  }
  return findings;
}

/** A dimension in which the exclusion covers all that the condition asks for: the rule can never match. */
function impossibleDimension({ match, unless }: CompiledRule): string | undefined {
  return match.find((condition) => {
    const excluded = unless.find((each) => each.dimension === condition.dimension);
    return excluded !== undefined && [...condition.values].every((value) => excluded.values.has(value));
  })?.dimension;
}

function validateExamples(rule: Rule, index: number): readonly Finding[] {
  return runExamples(rule, 'strict').map(({ example, index: at, shouldMatch }) => {
    const wrong = shouldMatch ? 'should match and does not' : 'should not match and does';
    const detail = `The example "${example}" ${wrong}: correct the rule or the example.`;
    return { code: 'example-fails', list, index, path: `/examples/${at}`, detail };
  });
}

/** Rules that ask exactly the same while both are in force: one repeats the other, or they disagree on a role. */
function findDisagreements(rules: readonly Rule[]): readonly Finding[] {
  const bySign = Map.groupBy(
    rules.map((rule, index) => ({ rule, index })),
    ({ rule }) => signOf(rule),
  );
  return [...bySign.values()].flatMap((alike) =>
    alike.slice(0, mostCompared).flatMap(({ rule, index }, at) =>
      alike.slice(0, at).flatMap(({ rule: other }): readonly Finding[] => {
        if (rule.validFrom >= (other.validUntil ?? Infinity)) return [];
        if (other.validFrom >= (rule.validUntil ?? Infinity)) return [];
        return disagreement(rule, other, index);
      }),
    ),
  );
}

/** More rules that ask the same are told by their first few. */
const mostCompared = 20;

function disagreement(rule: Rule, other: Rule, index: number): readonly Finding[] {
  const both = [
    ...rule.action.filter((code) => other.information.includes(code)),
    ...rule.information.filter((code) => other.action.includes(code)),
  ];
  if (both.length > 0) {
    const detail = `It asks what ${other.ruleId} asks, and gives ${both.join(', ')} another part: keep one.`;
    return [{ code: 'rule-contradicts', list, index, path: '', detail }];
  }
  const adds =
    rule.action.some((code) => !other.action.includes(code)) ||
    rule.information.some((code) => !other.information.includes(code));
  if (adds) return [];
  const detail = `It asks what ${other.ruleId} asks and names nobody more: remove one of them.`;
  return [{ code: 'rule-repeats', list, index, path: '', detail }];
}

function signOf(rule: Rule): string {
  const { match, unless } = compileRule(rule, () => true);
  return JSON.stringify(
    [match, unless].map((conditions) =>
      conditions.map(({ dimension, values }) => [dimension, [...values].sort()]),
    ),
  );
}
