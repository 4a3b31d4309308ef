import {
  applyDirectoryRecord,
  buildRelease,
  currentSnapshot,
  type DirectorySnapshot,
  emptyReplica,
  loadDemonstration,
} from '@chappe/directory';
import type { MessageRequest, Rule } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { accept, as, context, findings, flash, lead, nowMs, releaseRule } from './submission.fixture.ts';

const toPartner: MessageRequest = { ...lead, recipients: { action: [{ correspondent: 'partner:agency' }] } };
const withRules = (...releaseRules: ReturnType<typeof releaseRule>[]) => ({
  directory: { ...context.directory, releaseRules },
});

function onlyFinding(request: MessageRequest, changes: Parameters<typeof accept>[1] = {}) {
  const acceptance = accept(request, changes);
  if (acceptance.status === 'accepted') throw new Error('it was accepted');
  expect(acceptance.findings).toHaveLength(1);
  const [finding] = acceptance.findings;
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

describe('a release that is required', () => {
  it('names rule, reason, destination and who may release, in both languages and for programs', () => {
    const finding = onlyFinding(toPartner);
    expect(finding).toMatchObject({
      code: 'release-required',
      pointer: '/recipients/action/0/correspondent',
      facts: {
        rules: ['to-partners'],
        reasons: ['What leaves the network commits the post.'],
        roles: ['releaser', 'desk-officer', 'desk-head', 'service'],
        destinations: ['partner:agency'],
      },
    });
    for (const text of [finding.detail, finding.detailFr]) {
      expect(text).toContain('partner:agency');
      expect(text).toContain('to-partners');
      expect(text).toContain('What leaves the network commits the post.');
      expect(text).toContain('desk-head');
    }
    expect(finding.detailFr).not.toBe(finding.detail);
  });

  it('is given by whom all the rules that apply leave', () => {
    const rules = withRules(
      releaseRule(),
      releaseRule({ releaseRuleId: 'b', kinds: ['LEAD'], roles: ['releaser', 'desk-head'] }),
    );
    expect(onlyFinding(toPartner, { ...rules, subject: as('desk-officer') }).facts).toMatchObject({
      rules: ['to-partners', 'b'],
      roles: ['releaser', 'desk-head'],
    });
    expect(findings(toPartner, { ...rules, subject: as('releaser') })).toEqual([]);
  });

  it('may be one that the rules leave nobody to give', () => {
    const rules = withRules(
      releaseRule({ roles: ['releaser'] }),
      releaseRule({ releaseRuleId: 'b', roles: ['desk-head'] }),
    );
    expect(findings(toPartner, { ...rules, subject: as('releaser') })).toEqual([
      'release-required /recipients/action/0/correspondent',
    ]);
    expect(onlyFinding(toPartner, rules).detail).toContain('nobody');
  });

  it('may follow from kind or activity alone: then it stands on the whole request', () => {
    const rules = withRules(
      releaseRule({ destinationTypes: [], activities: ['INSTITUTIONAL'], roles: ['releaser'] }),
    );
    expect(findings(lead, rules)).toEqual([]);
    expect(findings({ ...lead, activity: 'INSTITUTIONAL' }, rules)).toEqual(['release-required ']);
  });

  it('is asked of the addressees of a dispatch, and not of whom the sender excluded', () => {
    const dispatch = {
      ...lead,
      kind: 'DISPATCH',
      threadId: '019df000-0000-8000-8000-00000000000a',
      body: {
        original: { messageId: '019df000-0000-8000-8000-00000000000a' },
        instruction: 'Act.',
        information: [{ correspondent: 'partner:agency' }],
      },
    } as MessageRequest;
    expect(findings(dispatch)).toEqual(['release-required /body/information/0/correspondent']);
    const excluded = { ...toPartner, recipients: { ...toPartner.recipients, excluded: ['partner:agency'] } };
    expect(findings(excluded)).toEqual([]);
  });

  it('is not asked twice of a mistyped addressee', () => {
    expect(findings({ ...lead, recipients: { action: [{ correspondent: 'post:C1' }] } })).toEqual([
      'unknown-correspondent /recipients/action/0/correspondent',
    ]);
  });
});

describe('a destination that a routing rule finds', () => {
  const directory = demonstrationWith({
    action: ['partner:example-agency'],
    match: { crimeAreas: ['DRUG_TRAFFICKING'] },
  });

  const open: MessageRequest = { ...lead, tlp: 'GREEN', classification: 'NOT_PROTECTED' };

  it('asks for the release as if it had been named', () => {
    const finding = onlyFinding(open, { directory });
    expect(finding).toMatchObject({ code: 'release-required', pointer: '' });
    expect(finding.facts?.destinations).toEqual(['partner:example-agency']);
    expect(findings(open, { directory, subject: as('releaser') })).toEqual([]);
  });

  it('asks for none where policy would keep it from getting the message, and is not told of', () => {
    expect(findings({ ...open, tlp: 'RED' }, { directory })).toEqual([]);
  });
});

describe('an emergency', () => {
  const emergency: MessageRequest = { ...flash, releaseMode: 'EMERGENCY' };
  const releaseOf = (subject: ReturnType<typeof as>) => {
    const acceptance = accept(emergency, { subject });
    if (acceptance.status === 'refused') throw new Error(JSON.stringify(acceptance.findings));
    const { releaseMode, releasedBy, releasedAt } = acceptance.message;
    return [releaseMode, releasedBy, releasedAt];
  };

  it('leaves at once and owes a review: released by nobody', () => {
    expect(releaseOf(as('officer'))).toEqual(['EMERGENCY', null, null]);
  });

  it('owes none when its writer could have released it', () => {
    expect(releaseOf(as('releaser'))).toEqual(['EMERGENCY', 'person-1', nowMs]);
    expect(releaseOf(as('releaser', { kind: 'SYSTEM' }))).toEqual(['EMERGENCY', null, null]);
  });

  it('says what threatens, whatever its kind', () => {
    const request = {
      ...lead,
      kind: 'SERVICE',
      urgency: 'FLASH',
      releaseMode: 'EMERGENCY',
      body: { code: 'NOTICE', text: 'Now.' },
    } as MessageRequest;
    expect(findings(request)).toEqual(['missing-field /urgencyGround']);
  });
});

describe('a review', () => {
  const review = (inReplyTo: string, granted: boolean): MessageRequest =>
    ({
      ...lead,
      kind: 'RELEASE',
      threadId: '019df000-0000-8000-8000-00000000000a',
      inReplyTo,
      body: { original: { messageId: '019df000-0000-8000-8000-00000000000b' }, granted },
    }) as MessageRequest;

  it('is a release for nobody that answers the very message it is about', () => {
    expect(findings(review('019df000-0000-8000-8000-00000000000b', true))).toEqual([]);
    expect(findings(review('019df000-0000-8000-8000-00000000000b', false))).toEqual([]);
    expect(findings(review('019df000-0000-8000-8000-00000000000c', true))).toEqual([
      'missing-field /body/releaseTo',
    ]);
  });
});

function demonstrationWith({
  action,
  match,
}: {
  action: string[];
  match: Partial<Rule['match']>;
}): DirectorySnapshot {
  const entries = loadDemonstration('https://issuer.test');
  const [first] = entries.rules;
  if (first === undefined) throw new Error('the demonstration has rules');
  const rule = {
    ...first,
    ruleId: 'drugs-to-partner',
    action,
    match: { ...first.match, kinds: [], ...match },
  };
  const release = buildRelease(
    { ...entries, rules: [...entries.rules, { ...rule, examples: [{ ...example(first), matches: true }] }] },
    {
      number: 1,
      previousSha256: null,
      proposedBy: 'a',
      approvedBy: 'b',
      publishedAtMs: 1,
      demonstration: true,
    },
  );
  let state = emptyReplica();
  for (const record of release) state = applyDirectoryRecord(state, record).state;
  const snapshot = currentSnapshot(state);
  if (snapshot === undefined) throw new Error('the release is not complete');
  return snapshot;
}

function example(rule: Rule): Rule['examples'][number] {
  const [any] = rule.examples;
  if (any === undefined) throw new Error('a rule has examples');
  return { ...any, crimeAreas: ['DRUG_TRAFFICKING'] };
}
