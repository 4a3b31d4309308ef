import { isWithinCeiling } from '@chappe/policy';
import type { Channel, Correspondent } from '@chappe/schemas';
import { isCountry } from './countries.ts';
import type { DirectoryEntries } from './directory-entries.ts';
import { type DirectoryProblemCode, type Finding, findDuplicates } from './directory-problem.ts';

/** Correspondents, channels, and the one duty desk. */
export function validateCorrespondents(entries: DirectoryEntries): readonly Finding[] {
  const { correspondents, channels } = entries;
  return [
    ...findDuplicates(
      'correspondents',
      correspondents.map((each) => each.code),
      { code: 'duplicate', path: '/code', what: 'The correspondent' },
    ),
    ...findDuplicates(
      'correspondents',
      correspondents.map((each) => each.shortCode),
      { code: 'duplicate-short-code', path: '/shortCode', what: 'The short code' },
    ),
    ...correspondents.flatMap(validateCorrespondent),
    ...validateDutyDesk(correspondents),
    ...findDuplicates(
      'channels',
      channels.map((each) => each.code),
      { code: 'duplicate', path: '/code', what: 'The channel' },
    ),
    ...channels.flatMap(validateChannel),
  ];
}

function validateCorrespondent(correspondent: Correspondent, index: number): readonly Finding[] {
  const { country, type, ceiling, code } = correspondent;
  const findings: Finding[] = [];
  if (country !== null && !isCountry(country)) {
    const detail = `${country} is not a country of ISO 3166-1: write its two-letter code, as in FR.`;
    findings.push({ code: 'unknown-country', list: 'correspondents', index, path: '/country', detail });
  }
  if (type === 'PARTNER' && ceiling !== 'UNKNOWN' && !isWithinCeiling(ceiling, 'RESTRICTED')) {
    const detail = `${code} is outside the network, and nothing above RESTRICTED leaves it: lower its ceiling.`;
    findings.push({ code: 'partner-ceiling', list: 'correspondents', index, path: '/ceiling', detail });
  }
  return findings;
}

function validateDutyDesk(correspondents: readonly Correspondent[]): readonly Finding[] {
  const duty = correspondents.flatMap((each, index) => (each.dutyDesk ? [{ each, index }] : []));
  const finding = (
    code: DirectoryProblemCode,
    index: number | null,
    path: string,
    detail: string,
  ): Finding => ({ code, list: 'correspondents', index, path, detail });
  const [first, ...others] = duty;
  if (first === undefined) {
    const detail = 'One desk must get what matches no rule: set dutyDesk to true for it.';
    return [finding('no-duty-desk', null, '', detail)];
  }
  if (others.length > 0) {
    const detail = 'Only one desk may get what matches no rule: leave dutyDesk out for the others.';
    return duty.map(({ index }) => finding('several-duty-desks', index, '/dutyDesk', detail));
  }
  const { each, index } = first;
  if (!each.suspended && each.type === 'DESK') return [];
  const detail = 'What matches no rule needs a desk that is not suspended: name another duty desk first.';
  return [finding('duty-desk-unusable', index, '/dutyDesk', detail)];
}

function validateChannel({ deadlines }: Channel, index: number): readonly Finding[] {
  const seen = new Set<string>();
  return deadlines.flatMap(({ urgency, accessibility }, at): Finding[] => {
    const both = [...seen].some((key) => {
      const [before, access] = key.split('/');
      return before === urgency && (accessibility === null || access === '' || access === accessibility);
    });
    seen.add(`${urgency}/${accessibility ?? ''}`);
    if (!both) return [];
    const detail = `Two limits apply to ${urgency}: keep one for each urgency and accessibility.`;
    return [{ code: 'conflicting-deadlines', list: 'channels', index, path: `/deadlines/${at}`, detail }];
  });
}
