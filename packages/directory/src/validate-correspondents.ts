import { isCountry } from './countries.ts';
import type { DirectoryEntries } from './directory-entries.ts';
import { type DirectoryProblem, duplicates } from './directory-problem.ts';

const codeForm = /^[a-z]+:[A-Za-z0-9-]+$/;
const shortCodeForm = /^[A-Z0-9]{2,6}$/;

/** Correspondents, what they cover, channels, and the one duty desk. */
export function validateCorrespondents(entries: DirectoryEntries): readonly DirectoryProblem[] {
  const known = new Set(entries.correspondents.map((each) => each.code));
  return [
    ...duplicates([...entries.correspondents.map((each) => each.code)], 'duplicate', keyOf),
    ...duplicates(
      entries.correspondents.map((each) => each.shortCode),
      'duplicate-short-code',
      (shortCode) => `correspondent/${shortCode}`,
    ),
    ...entries.correspondents.flatMap(validateCorrespondent),
    ...validateDutyDesk(entries),
    ...duplicates(
      entries.coverage.map((each) => each.correspondent),
      'duplicate',
      (code) => `coverage/${code}`,
    ),
    ...entries.coverage.flatMap((coverage) => {
      const key = `coverage/${coverage.correspondent}`;
      return [
        ...unknownCorrespondents(key, [coverage.correspondent], known),
        ...unknownCountries(key, coverage.countries),
      ];
    }),
    ...duplicates(
      entries.channels.map((each) => each.code),
      'duplicate',
      (code) => `channel/${code}`,
    ),
    ...entries.channels.flatMap((channel) =>
      channel.deadlines
        .filter((deadline) => deadline.minutes < 1 || deadline.urgency === 'UNKNOWN')
        .map(
          (): DirectoryProblem => ({
            code: 'invalid-deadline',
            key: `channel/${channel.code}`,
            detail: 'A deadline has a known urgency and lasts at least a minute.',
          }),
        ),
    ),
  ];
}

/** A problem for each code that no correspondent of the release has. */
export function unknownCorrespondents(
  key: string,
  codes: readonly string[],
  known: ReadonlySet<string>,
): readonly DirectoryProblem[] {
  return codes
    .filter((code) => !known.has(code))
    .map((code) => ({ code: 'unknown-correspondent', key, detail: `There is no correspondent ${code}.` }));
}

/** A problem for each code that ISO 3166-1 does not assign. */
export function unknownCountries(key: string, codes: readonly string[]): readonly DirectoryProblem[] {
  return codes
    .filter((code) => !isCountry(code))
    .map((code) => ({ code: 'unknown-country', key, detail: `${code} is not a country of ISO 3166-1.` }));
}

function validateCorrespondent(
  correspondent: DirectoryEntries['correspondents'][number],
): readonly DirectoryProblem[] {
  const key = keyOf(correspondent.code);
  const problems: DirectoryProblem[] = [];
  if (!codeForm.test(correspondent.code)) {
    problems.push({
      code: 'malformed-code',
      key,
      detail: 'A code is a prefix, a colon, letters, digits, hyphens.',
    });
  }
  if (!shortCodeForm.test(correspondent.shortCode)) {
    problems.push({ code: 'malformed-code', key, detail: 'A short code is two to six capitals or digits.' });
  }
  if (correspondent.country !== null) problems.push(...unknownCountries(key, [correspondent.country]));
  const symbols: readonly string[] = [correspondent.type, correspondent.ceiling, ...correspondent.themes];
  if (symbols.includes('UNKNOWN')) {
    problems.push({ code: 'unknown-symbol', key, detail: 'Type, ceiling and themes must be known.' });
  }
  return problems;
}

function validateDutyDesk({ correspondents }: DirectoryEntries): readonly DirectoryProblem[] {
  const duty = correspondents.filter((each) => each.dutyDesk);
  const [first, ...others] = duty;
  if (first === undefined) {
    return [
      { code: 'no-duty-desk', key: 'correspondent', detail: 'One desk must get what matches no rule.' },
    ];
  }
  if (others.length > 0) {
    return duty.map(({ code }) => ({
      code: 'several-duty-desks',
      key: keyOf(code),
      detail: 'Only one desk may get what matches no rule.',
    }));
  }
  return first.suspended || first.type !== 'DESK'
    ? [
        {
          code: 'duty-desk-unusable',
          key: keyOf(first.code),
          detail: 'The duty desk is a desk, not suspended.',
        },
      ]
    : [];
}

function keyOf(code: string): string {
  return `correspondent/${code}`;
}
