import { isRecord } from './problem.ts';

/** How many past decisions a correspondent would gain, lose, or get in another form. */
export interface CorrespondentEffect {
  readonly correspondent: string;
  readonly gained: number;
  readonly lost: number;
  readonly altered: number;
}

/** What a proposal would have made of past decisions: numbers alone. */
export interface Rehearsal {
  /** Decisions that were looked at, of `total`. */
  readonly rehearsed: number;
  readonly total: number;
  readonly changed: number;
  /** Erased, or not readable by this release. */
  readonly skipped: number;
  readonly correspondents: readonly CorrespondentEffect[];
  readonly rules: readonly { readonly ruleId: string; readonly gained: number; readonly lost: number }[];
}

/** A rehearsal of nothing yet. */
export const nothingRehearsed: Rehearsal = {
  rehearsed: 0,
  total: 0,
  changed: 0,
  skipped: 0,
  correspondents: [],
  rules: [],
};

/** Adds an answer of the router, which rehearses part by part. */
export function addRehearsedPart(sum: Rehearsal, part: Readonly<Record<string, unknown>>): Rehearsal {
  const effects = addEffects(
    new Map(sum.correspondents.map((each) => [each.correspondent, each])),
    listOf(part.correspondents),
    'correspondent',
  );
  const rules = addEffects(
    new Map(sum.rules.map((each) => [each.ruleId, { ...each, altered: 0 }])),
    listOf(part.rules),
    'ruleId',
  );
  return {
    rehearsed: sum.rehearsed + countOf(part, 'rehearsed'),
    total: Math.max(sum.total, countOf(part, 'total')),
    changed: sum.changed + countOf(part, 'changed'),
    skipped: sum.skipped + countOf(part, 'skipped'),
    correspondents: [...effects].map(([correspondent, counts]) => ({ correspondent, ...counts })),
    rules: [...rules].map(([ruleId, { gained, lost }]) => ({ ruleId, gained, lost })),
  };
}

interface Counts {
  readonly gained: number;
  readonly lost: number;
  readonly altered: number;
}

function addEffects(
  before: ReadonlyMap<string, Counts>,
  more: readonly Record<string, unknown>[],
  name: string,
): ReadonlyMap<string, Counts> {
  const sums = new Map(
    [...before].map(([key, { gained, lost, altered }]) => [key, { gained, lost, altered }]),
  );
  for (const each of more) {
    const key = String(each[name]);
    const known = sums.get(key) ?? { gained: 0, lost: 0, altered: 0 };
    sums.set(key, {
      gained: known.gained + countOf(each, 'gained'),
      lost: known.lost + countOf(each, 'lost'),
      altered: known.altered + countOf(each, 'altered'),
    });
  }
  return sums;
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function countOf(given: Readonly<Record<string, unknown>>, name: string): number {
  const value = given[name];
  return typeof value === 'number' ? value : 0;
}
