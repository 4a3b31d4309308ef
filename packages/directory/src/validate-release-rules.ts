import { blindRoles, roles } from '@chappe/policy';
import type { ReleaseRule } from '@chappe/schemas';
import type { DirectoryEntries } from './directory-entries.ts';
import { type Finding, findDuplicates } from './directory-problem.ts';
import { emptyValidity, unknownCorrespondents } from './validate-references.ts';

const list = 'releaseRules';
const releasing: readonly string[] = roles.filter((role) => !blindRoles.includes(role));

/** Whose release is needed for what: known roles and destinations, and rules that leave somebody to release. */
export function validateReleaseRules({ releaseRules, correspondents }: DirectoryEntries): readonly Finding[] {
  const known = new Set(correspondents.map((each) => each.code));
  return [
    ...findDuplicates(
      list,
      releaseRules.map((each) => each.releaseRuleId),
      { code: 'duplicate', path: '/releaseRuleId', what: 'The release rule' },
    ),
    ...releaseRules.flatMap((rule, index) => [
      ...unknownCorrespondents({ list, index, path: '/destinations', codes: rule.destinations }, known),
      ...emptyValidity(list, index, '', rule),
      ...validateRule(rule, index),
    ]),
    ...findContradictions(releaseRules),
  ];
}

function validateRule(rule: ReleaseRule, index: number): readonly Finding[] {
  const findings: Finding[] = rule.roles.flatMap((role, at): Finding[] => {
    if (releasing.includes(role)) return [];
    const detail = `${role} does not release messages: write one of ${releasing.join(', ')}.`;
    return [{ code: 'unknown-role', list, index, path: `/roles/${at}`, detail }];
  });
  if (rule.roles.length === 0) {
    const detail = 'It says nobody who may release: name at least one role.';
    findings.push({ code: 'release-rule-without-role', list, index, path: '/roles', detail });
  }
  if (rule.reason.trim() === '') {
    const detail = 'It must say why: write a reason, since a writer who is held back will read it.';
    findings.push({ code: 'rule-without-reason', list, index, path: '/reason', detail });
  }
  return findings;
}

/** Rules that can apply to one message and have no role in common: nobody could release it. */
function findContradictions(rules: readonly ReleaseRule[]): readonly Finding[] {
  return rules.flatMap((rule, index) =>
    rules.slice(0, index).flatMap((other): Finding[] => {
      if (!canMeet(rule, other) || rule.roles.some((role) => other.roles.includes(role))) return [];
      if (rule.roles.length === 0 || other.roles.length === 0) return [];
      const detail = `With ${other.releaseRuleId} it leaves nobody who may release: name a role of both.`;
      return [{ code: 'release-rule-contradicts', list, index, path: '/roles', detail }];
    }),
  );
}

/** A message may have several destinations, so those never keep two rules apart. */
function canMeet(a: ReleaseRule, b: ReleaseRule): boolean {
  return (
    a.validFrom < (b.validUntil ?? Infinity) &&
    b.validFrom < (a.validUntil ?? Infinity) &&
    share(a.kinds, b.kinds) &&
    share(a.urgencies, b.urgencies) &&
    share(a.activities, b.activities)
  );
}

function share(a: readonly string[], b: readonly string[]): boolean {
  return a.length === 0 || b.length === 0 || a.some((value) => b.includes(value));
}
