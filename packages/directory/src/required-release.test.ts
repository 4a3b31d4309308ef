import type { ReleaseRule } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { aCorrespondent, aReleaseRule, snapshotOf, someEntries } from './directory.fixture.ts';
import { type ReleaseQuestion, requiredRelease } from './required-release.ts';

const { correspondents } = someEntries();

function required(rules: readonly ReleaseRule[], question: Partial<ReleaseQuestion> = {}) {
  const snapshot = snapshotOf(
    someEntries({
      correspondents: [
        ...correspondents,
        aCorrespondent({ code: 'partner:a', type: 'PARTNER', shortCode: 'PA' }),
      ],
      releaseRules: rules,
    }),
  );
  return requiredRelease(snapshot, {
    kind: 'LEAD',
    urgency: 'ROUTINE',
    activity: 'OPERATIONAL',
    destinations: ['desk:cyber'],
    atMs: 1_000,
    ...question,
  });
}

const toPartners = aReleaseRule({ destinationTypes: ['PARTNER'] });

describe('the release that a message needs', () => {
  it('is none without a rule that applies', () => {
    expect(required([])).toBeNull();
    expect(required([toPartners])).toBeNull();
    expect(required([aReleaseRule({ kinds: ['DISPATCH'] })])).toBeNull();
    expect(required([aReleaseRule({ urgencies: ['FLASH'] })])).toBeNull();
    expect(required([aReleaseRule({ activities: ['TECHNICAL'] })])).toBeNull();
    expect(required([{ ...toPartners, validUntil: 1_000 }], { destinations: ['partner:a'] })).toBeNull();
  });

  it('names who may release, the rules, and the destinations that ask for it', () => {
    expect(required([toPartners], { destinations: ['desk:cyber', 'partner:a'] })).toEqual({
      roles: ['releaser'],
      rules: [{ releaseRuleId: 'release-rule-1', reason: 'for tests' }],
      destinations: ['partner:a'],
    });
    expect(required([aReleaseRule({ destinations: ['desk:cyber'] })])?.destinations).toEqual(['desk:cyber']);
    expect(required([aReleaseRule({ kinds: ['LEAD'] })], { destinations: [] })?.destinations).toEqual([]);
  });

  it('is what all rules that apply agree on', () => {
    const first = aReleaseRule({ roles: ['releaser', 'desk-head'] });
    const second = aReleaseRule({ releaseRuleId: 'second', roles: ['desk-head', 'service'] });
    expect(required([first, second])).toMatchObject({ roles: ['desk-head'], rules: [{}, {}] });
    expect(required([first, { ...second, roles: ['service'] }])?.roles).toEqual([]);
  });

  it('is needed when a restriction cannot be evaluated', () => {
    expect(required([toPartners], { destinations: ['post:unseen'] })?.destinations).toEqual(['post:unseen']);
    expect(required([aReleaseRule({ kinds: ['DISPATCH'] })], { kind: 'UNKNOWN' })).not.toBeNull();
    expect(required([aReleaseRule({ kinds: ['UNKNOWN'] })])).not.toBeNull();
    expect(required([aReleaseRule({ destinationTypes: ['UNKNOWN'] })])).not.toBeNull();
  });

  it('grants nothing to a role that this release does not know', () => {
    expect(required([aReleaseRule({ roles: ['emperor'] })])?.roles).toEqual([]);
  });
});
