import { describe, expect, it } from 'vitest';
import { createDirectoryAdministration } from './directory-admin.ts';
import { addRehearsedPart, nothingRehearsed } from './directory-rehearsal.ts';
import type { ApiRequest, Transport } from './transport.ts';

/** A transport that answers from a script and keeps what it was asked. */
function answering(...answers: readonly object[]) {
  const asked: ApiRequest[] = [];
  const left = [...answers];
  const transport: Pick<Transport, 'read'> = {
    async read(request) {
      asked.push(request);
      return left.shift() ?? {};
    },
  };
  return { asked, directory: createDirectoryAdministration(transport) };
}

const part = { rehearsed: 500, changed: 20, skipped: 0, correspondents: [], rules: [] };

describe('the administration of the directory', () => {
  it('proposes on the release in force, under a submission id of its own', async () => {
    const proposal = {
      proposalId: 'p',
      state: 'OPEN',
      reason: 'why',
      proposedBy: 'a',
      proposedAt: '2026-01-01T00:00:00Z',
      baseRelease: 4,
      differences: 0,
      items: [],
    };
    const { asked, directory } = answering({ number: 4 }, proposal);
    expect(await directory.propose({ rollForwardTo: 2 }, { reason: 'why' })).toMatchObject({
      proposalId: 'p',
    });
    expect(asked[1]).toMatchObject({
      method: 'POST',
      path: '/v1/directory/proposals',
      body: { baseRelease: 4, reason: 'why', rollForwardTo: 2 },
    });
    expect(Reflect.get(Object(asked[1]?.body), 'submissionId')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('takes nothing for an answer that is none', async () => {
    const { directory } = answering({ proposalId: 'p' });
    await expect(directory.approve('p')).rejects.toThrow('the answer is not a proposal');
  });

  it('rehearses part by part until there is no more, or enough', async () => {
    const changes = { baseRelease: 3, changes: [] };
    const all = answering(
      changes,
      { ...part, total: 700, next: 'c' },
      { ...part, rehearsed: 200, changed: 1 },
    );
    const told: string[] = [];
    const onProgress = (done: number, total: number) => told.push(`${done}/${total}`);
    expect(await all.directory.rehearse('p', { onProgress })).toMatchObject({ rehearsed: 700, changed: 21 });
    expect(told).toEqual(['500/700', '700/700']);
    expect(all.asked[2]?.body).toMatchObject({ cursor: 'c', baseRelease: 3 });

    const some = answering(
      changes,
      { ...part, total: 9_000, next: 'c' },
      { ...part, rehearsed: 100, next: 'd' },
    );
    expect(await some.directory.rehearse('p', { most: 600 })).toMatchObject({ rehearsed: 600, total: 9_000 });
    expect(some.asked.map(({ body }) => Reflect.get(Object(body), 'limit'))).toEqual([undefined, 500, 100]);
  });
});

describe('addRehearsedPart', () => {
  it('adds up correspondents and rules by name', () => {
    const answer = {
      rehearsed: 2,
      changed: 1,
      total: 5,
      correspondents: [{ correspondent: 'desk:cyber', gained: 1, lost: 0, altered: 2 }],
      rules: [{ ruleId: 'r', gained: 0, lost: 3 }],
    };
    const sum = addRehearsedPart(addRehearsedPart(nothingRehearsed, answer), answer);
    expect(sum).toEqual({
      rehearsed: 4,
      changed: 2,
      total: 5,
      skipped: 0,
      correspondents: [{ correspondent: 'desk:cyber', gained: 2, lost: 0, altered: 4 }],
      rules: [{ ruleId: 'r', gained: 0, lost: 6 }],
    });
  });
});
