import { loadDemonstration, writeEntries } from '@chappe/directory';
import { describe, expect, it } from 'vitest';
import { judgeProposal } from './judge-proposal.ts';
import type { ProposedContent } from './proposal.ts';

const issuer = 'https://issuer.test';
const base = loadDemonstration(issuer);
const nowMs = Date.parse('2026-06-01T00:00:00Z');
const whole = writeEntries(base, issuer);

function judge(content: ProposedContent, older: typeof base | undefined = undefined) {
  return judgeProposal(content, { base, older, issuer, nowMs });
}

/** Every finding, as `code pointer`. */
function findings(content: ProposedContent): string[] {
  const judged = judge(content);
  return judged.status === 'sound' ? [] : judged.findings.map(({ code, pointer }) => `${code} ${pointer}`);
}

const files = (...contents: object[]): ProposedContent => ({
  kind: 'FILES',
  files: contents.map((content, at) => ({ name: `${at}.json`, content })),
});

describe('judgeProposal', () => {
  it('takes a whole directory in whatever files, and places a fault in the file of the request', () => {
    const { rules, ...rest } = whole;
    expect(judge(files(rest, { rules }))).toEqual({ status: 'sound', entries: base });
    const [first, ...others] = rules;
    const broken = { ...first, action: ['desk:nowhere'] };
    expect(findings(files(rest, { notice: 'x', rules: [broken, ...others] }))).toContain(
      'unknown-correspondent /files/1/content/rules/0/action/0',
    );
  });

  it('refuses files of one name, lists that it does not know, and what is no file', () => {
    const twice = { kind: 'FILES', files: [0, 1].map(() => ({ name: 'a.json', content: {} })) } as const;
    expect(findings(twice)).toEqual(['duplicate /files/1/name']);
    expect(findings(files({ rulez: [] }))).toEqual(['unknown-field /files/0/content/rulez']);
    expect(findings(files([1]))).toEqual(['not-a-directory-file /files/0/content']);
    expect(findings(files({}))).toContain('no-duty-desk /files');
  });

  it('places a fault of a change in the change, or in the entry of the release that it breaks', () => {
    const remove = { list: 'correspondents', key: 'correspondent/desk:cyber', entry: null } as const;
    const found = findings({ kind: 'CHANGES', changes: [remove] });
    expect(found).toContain('unknown-correspondent release:/grant~1grant-system-desk-cyber/correspondent');
    const duty = {
      list: 'correspondents',
      key: 'correspondent/desk:duty',
      set: { dutyDesk: false },
    } as const;
    expect(findings({ kind: 'CHANGES', changes: [duty] })).toContain('no-duty-desk release:/correspondents');
  });

  it('brings an older content back, unless there is none or it broke a rule that has come since', () => {
    expect(judge({ kind: 'ROLL_FORWARD', release: 1 }, base)).toEqual({ status: 'sound', entries: base });
    expect(findings({ kind: 'ROLL_FORWARD', release: 9 })).toEqual(['unknown-release /rollForwardTo']);
    const judged = judge({ kind: 'ROLL_FORWARD', release: 1 }, { ...base, correspondents: [] });
    expect(judged).toMatchObject({ status: 'refused' });
  });

  it('never leaves fewer than two administrators', () => {
    const suspend = (number: number) =>
      ({
        list: 'persons',
        key: `person/person-directory-admin-${number}`,
        set: { suspended: true },
      }) as const;
    const found = judge({ kind: 'CHANGES', changes: [suspend(2)] });
    expect(found).toMatchObject({ findings: [{ code: 'too-few-administrators', pointer: '' }] });
    const ending = {
      list: 'grants',
      key: 'grant/grant-directory-admin-1-directory-admin',
      set: { validUntil: '2026-05-31T00:00:00Z' },
    } as const;
    expect(findings({ kind: 'CHANGES', changes: [ending] })).toEqual(['too-few-administrators ']);
  });
});
