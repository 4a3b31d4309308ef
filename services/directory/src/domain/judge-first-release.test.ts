import { type DirectoryFile, demonstrationFiles } from '@chappe/directory';
import { describe, expect, it } from 'vitest';
import { type FirstReleaseContext, judgeFirstRelease } from './judge-first-release.ts';

const issuer = 'https://id.example';
const context: FirstReleaseContext = {
  proposedBy: { issuer, subject: 'agent-directory-admin-1' },
  approvedBy: { issuer, subject: 'agent-directory-admin-2' },
  issuer,
  production: true,
  demonstrationPrefix: 'demo-',
  nowMs: Date.parse('2026-03-01T00:00:00Z'),
};

/** The demonstration's directory as an installation of its own, with one more change of its text. */
function filesWith(change: (text: string) => string = (text) => text): readonly DirectoryFile[] {
  const own = JSON.stringify(demonstrationFiles)
    .replaceAll('"demo-', '"agent-')
    .replaceAll(/ \((?:fictif|fictive)\)/g, '')
    .replaceAll(/"notice":"[^"]*"/g, '"notice":"Invented for a test."');
  return JSON.parse(change(own));
}

function findings(files: readonly DirectoryFile[], change: Partial<FirstReleaseContext> = {}): string[] {
  const judged = judgeFirstRelease(files, { ...context, ...change });
  if (judged.status === 'sound') return [];
  for (const { detail } of judged.findings) expect(detail.fr.length && detail.en.length).toBeGreaterThan(5);
  return judged.findings.map(({ code, file, pointer }) => `${code} ${file}${pointer}`);
}

const subject = (name: string) => ({ issuer, subject: name });

describe('judgeFirstRelease', () => {
  it('finds the two administrators of sound files', () => {
    expect(judgeFirstRelease(filesWith(), context)).toMatchObject({
      status: 'sound',
      proposer: { person: { personId: 'person-directory-admin-1' }, correspondent: 'service:system' },
      approver: { person: { personId: 'person-directory-admin-2' } },
    });
  });

  it.each<[string, Partial<FirstReleaseContext>, string[]]>([
    ['nobody of the files', { approvedBy: subject('agent-nobody') }, ['unknown-person --approved-by']],
    [
      'somebody without the role',
      { proposedBy: subject('agent-operator') },
      ['not-an-administrator --proposed-by'],
    ],
    ['one person twice', { approvedBy: context.proposedBy }, ['second-person-required --approved-by']],
    [
      'a person of another issuer',
      { proposedBy: { issuer: 'https://other.example', subject: 'agent-directory-admin-1' } },
      ['person-of-another-issuer --proposed-by'],
    ],
    [
      'a grant that begins later',
      { nowMs: Date.parse('2025-12-31T00:00:00Z') },
      ['not-an-administrator --proposed-by', 'not-an-administrator --approved-by'],
    ],
  ])('refuses %s', (_, change, expected) => {
    expect(findings(filesWith(), change)).toEqual(expected);
  });

  it('refuses a person who is suspended, and one whose correspondent is', () => {
    const suspended = filesWith((text) =>
      text.replace(
        '"subject":"agent-directory-admin-1"',
        '"subject":"agent-directory-admin-1","suspended":true',
      ),
    );
    expect(findings(suspended)).toContain('person-suspended --proposed-by');
    const closed = filesWith((text) =>
      text.replace('"code":"service:system"', '"code":"service:system","suspended":true'),
    );
    expect(findings(closed)).toEqual([
      'not-an-administrator --proposed-by',
      'not-an-administrator --approved-by',
    ]);
  });

  it('says the faults of the files and of the persons at once', () => {
    const broken = filesWith((text) => text.replace('"code":"post:DJ"', '"code":"post DJ"'));
    const found = findings(broken, { approvedBy: context.proposedBy });
    expect(found.length).toBeGreaterThan(2);
    expect(found).toContain('second-person-required --approved-by');
    expect(found.some((each) => each.includes('posts-africa.json/correspondents/0/code'))).toBe(true);
  });

  it('runs the examples of the rules', () => {
    const failing = filesWith((text) =>
      text.replace(/("ruleId":"trafficking-to-trafficking".*?"match":\{)/s, '$1"countries":["IS"],'),
    );
    expect(findings(failing).some((each) => each.startsWith('example-fails rules.json'))).toBe(true);
  });

  it('lets nothing of the demonstration into production, and names each place', () => {
    const accounts = findings(filesWith((text) => text.replace('"agent-operator"', '"demo-operator"')));
    expect(accounts).toEqual([
      expect.stringMatching(/^demonstration-data central\.json\/persons\/\d+\/subject$/),
    ]);
    const invented = findings(
      filesWith((text) => text.replace('Yolande Scrutane', 'Yolande Scrutane (fictif)')),
    );
    expect(invented).toEqual([expect.stringMatching(/^demonstration-data .*\/displayName$/)]);
    const whole = judgeFirstRelease(demonstrationFiles, {
      ...context,
      proposedBy: subject('demo-directory-admin-1'),
      approvedBy: subject('demo-directory-admin-2'),
    });
    expect(whole).toMatchObject({ status: 'refused' });
    const list = whole.status === 'refused' ? whole.findings : [];
    expect(list).toHaveLength(21);
    expect(list[0]).toMatchObject({ file: 'posts-africa.json', pointer: '/notice' });
    expect(list.at(-1)?.detail.en).toMatch(/^and \d+ more places/);
  });

  it('lets the demonstration install itself', () => {
    const own = {
      production: false,
      proposedBy: subject('demo-directory-admin-1'),
      approvedBy: subject('demo-directory-admin-2'),
    };
    expect(findings(demonstrationFiles, own)).toEqual([]);
  });

  it('bears files that are none', () => {
    const files = [
      { name: 'x.json', content: [1] },
      { name: 'y.json', content: { persons: 'all', rules: [7] } },
    ];
    expect(findings(files)).toEqual([
      'not-a-directory-file x.json',
      'malformed-field y.json/persons',
      'malformed-field y.json/rules/0',
      'unknown-person --proposed-by',
      'unknown-person --approved-by',
    ]);
  });
});
