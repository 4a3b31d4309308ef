import { demonstrationFiles } from '@chappe/directory';
import { describe, expect, it } from 'vitest';
import { judgeFirstRelease } from './judge-first-release.ts';
import { planInstallation, type SoundFirstRelease } from './plan-installation.ts';

const issuer = 'http://127.0.0.1:1';

function judged(proposer: string, approver: string): SoundFirstRelease {
  const found = judgeFirstRelease(demonstrationFiles, {
    proposedBy: { issuer, subject: `demo-directory-admin-${proposer}` },
    approvedBy: { issuer, subject: `demo-directory-admin-${approver}` },
    issuer,
    production: false,
    demonstrationPrefix: 'demo-',
    nowMs: 2_000_000_000_000,
  });
  if (found.status === 'refused') throw new Error(JSON.stringify(found.findings));
  return found;
}

const at = (nowMs: number) => ({ demonstration: true, nowMs });

function installed() {
  const plan = planInstallation(null, judged('1', '2'), at(1_000));
  if (plan.status !== 'new') throw new Error(plan.status);
  return plan.manifest;
}

describe('planInstallation', () => {
  it('makes release 1 with both names', () => {
    expect(installed()).toMatchObject({
      number: 1,
      previousSha256: null,
      proposedBy: 'person-directory-admin-1',
      approvedBy: 'person-directory-admin-2',
      publishedAt: 1_000,
    });
  });

  it('takes the same content by the same two persons for a repetition, whenever it comes', () => {
    expect(planInstallation(installed(), judged('1', '2'), at(9_000))).toEqual({
      status: 'already-installed',
      manifest: installed(),
    });
  });

  it('refuses other persons, another content, and any release after the first', () => {
    expect(planInstallation(installed(), judged('2', '1'), at(1_000)).status).toBe('release-exists');
    const sound = judged('1', '2');
    const less = { ...sound, entries: { ...sound.entries, rules: sound.entries.rules.slice(1) } };
    expect(planInstallation(installed(), less, at(1_000)).status).toBe('release-exists');
    const later = { ...installed(), number: 2 };
    expect(planInstallation(later, sound, at(1_000)).status).toBe('release-exists');
  });
});
