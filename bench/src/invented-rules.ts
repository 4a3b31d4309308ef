import {
  applyDirectoryRecord,
  buildRelease,
  countryCodes,
  currentSnapshot,
  type DirectorySnapshot,
  emptyReplica,
  loadDemonstration,
} from '@chappe/directory';
import type { Rule } from '@chappe/schemas';

const codes = [...countryCodes].sort();
const areas = ['TERRORISM', 'DRUG_TRAFFICKING', 'COMPUTER_CRIME', 'MONEY_LAUNDERING', 'CORRUPTION'] as const;

/** What a message has to say so that exactly one of the invented rules speaks for it. */
export interface RuleSubject {
  readonly country: string;
  readonly crimeArea: (typeof areas)[number];
  readonly keyword: string;
}

/** The subject of the rule of that number: countries and areas recur, keywords are shared by a few rules. */
export function subjectOfRule(index: number): RuleSubject {
  const area = areas[index % areas.length] ?? 'TERRORISM';
  const country = codes[Math.floor(index / areas.length) % codes.length] ?? 'DJ';
  const keyword = `word-${Math.floor(index / (areas.length * codes.length))}`;
  return { country, crimeArea: area, keyword };
}

/** The demonstration's directory with that many invented rules instead of its own, applied as a release. */
export function directoryWithRules(count: number): DirectorySnapshot {
  const entries = loadDemonstration('https://issuer.invalid');
  const [model] = entries.rules;
  if (model === undefined) throw new Error('the demonstration has rules');
  const rules = Array.from({ length: count }, (_, index) => ruleOf(index, model));
  const release = buildRelease(
    { ...entries, rules },
    {
      number: 1,
      previousSha256: null,
      proposedBy: 'person-invented-1',
      approvedBy: 'person-invented-2',
      publishedAtMs: 0,
      demonstration: true,
    },
  );
  let state = emptyReplica();
  for (const record of release) state = applyDirectoryRecord(state, record).state;
  const snapshot = currentSnapshot(state);
  if (snapshot === undefined) throw new Error('the release is not complete');
  return snapshot;
}

function ruleOf(index: number, model: Rule): Rule {
  const { country, crimeArea, keyword } = subjectOfRule(index);
  const [example] = model.examples;
  if (example === undefined) throw new Error('a rule has an example');
  const sets = { countries: [country], crimeAreas: [crimeArea], keywords: [keyword] };
  return {
    ...model,
    ruleId: `invented-${index}`,
    priority: index,
    validFrom: 0,
    match: { ...model.match, ...sets, kinds: ['LEAD'] },
    action: ['desk:counter-terrorism'],
    information: [],
    examples: [{ ...example, ...sets, kind: 'LEAD', matches: true }],
  };
}
