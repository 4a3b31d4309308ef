import { afterAll, beforeAll, expect, it } from 'vitest';
import { givenLead, givenReply } from './given.ts';
import { createHarness, type RouterHarness } from './router-harness.ts';

let router: RouterHarness;
let url: string;
const since = '2020-01-01T00:00:00Z';

beforeAll(async () => {
  router = await createHarness();
  url = (await router.start()).url;
  const leads = Array.from({ length: 30 }, (_, at) =>
    givenLead('post:DJ', { crimeAreas: [at % 3 === 0 ? 'COMPUTER_CRIME' : 'DRUG_TRAFFICKING'] }),
  );
  const [first] = leads;
  await router.post(...leads);
  for (const lead of leads) await router.decided(lead);
  if (first !== undefined) {
    const reply = givenReply('desk:cyber', first);
    await router.post(reply);
    await router.decided(reply);
  }
});
afterAll(() => router.close());

async function rehearse(change: object, subject = 'demo-directory-admin-1') {
  const answer = await fetch(`${url}/v1/routing/rehearsals`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await router.issuer.mint({ subject, clientId: 'demo-console' })}`,
    },
    body: JSON.stringify({ baseRelease: 1, changes: [], since, ...change }),
  });
  const body: Record<string, unknown> = JSON.parse(await answer.text());
  return { status: answer.status, body };
}

const suspendCyber = {
  changes: [{ list: 'correspondents', key: 'correspondent/desk:cyber', set: { suspended: true } }],
};

it('says what a change would have made of past decisions, in numbers alone', async () => {
  expect(await rehearse({})).toMatchObject({
    status: 200,
    body: { directoryRelease: 1, rehearsed: 31, total: 31, changed: 0, correspondents: [], rules: [] },
  });
  const { body } = await rehearse(suspendCyber);
  expect(body).toMatchObject({ rehearsed: 31, changed: 10 });
  expect(body.correspondents).toEqual(
    expect.arrayContaining([{ correspondent: 'desk:cyber', gained: 0, lost: 10, altered: 0 }]),
  );
  expect(body.correspondents).toEqual(
    expect.arrayContaining([{ correspondent: 'desk:duty', gained: 10, lost: 0, altered: 0 }]),
  );
  // Neither a message nor whose it is can be read from it.
  expect(JSON.stringify(body)).not.toMatch(/[0-9a-f]{8}-|post:DJ|DJ-/);
});

it('goes on part by part, and the parts add up', async () => {
  let cursor: unknown;
  let rehearsed = 0;
  let changed = 0;
  for (let part = 0; part < 10; part += 1) {
    const { body } = await rehearse({
      ...suspendCyber,
      limit: 7,
      ...(cursor === undefined ? {} : { cursor }),
    });
    rehearsed += Number(body.rehearsed);
    changed += Number(body.changed);
    cursor = body.next;
    if (cursor === undefined) break;
  }
  expect([rehearsed, changed]).toEqual([31, 10]);
});

it('records nothing, and asks only whoever administers the directory', async () => {
  const count = async () => (await router.pool.query('SELECT 1 FROM decision')).rowCount;
  const before = await count();
  await rehearse(suspendCyber);
  expect(await count()).toBe(before);
  for (const subject of ['demo-officer-post-DJ', 'demo-operator', 'demo-auditor']) {
    expect((await rehearse(suspendCyber, subject)).status).toBe(403);
  }
});

it('refuses changes of another release, changes that are not sound, and a forged cursor', async () => {
  expect(await rehearse({ baseRelease: 2 })).toMatchObject({
    status: 409,
    body: { type: 'urn:chappe:problem:release-superseded' },
  });
  const nowhere = {
    list: 'rules',
    key: 'rule/trafficking-to-trafficking',
    set: { action: ['desk:nowhere'] },
  };
  expect(await rehearse({ changes: [nowhere] })).toMatchObject({
    status: 422,
    body: {
      type: 'urn:chappe:problem:directory-not-sound',
      errors: [{ code: 'unknown-correspondent', pointer: '/changes/0/set/action/0' }],
    },
  });
  expect(await rehearse({ cursor: "1.x' OR 1=1" })).toMatchObject({
    status: 400,
    body: { type: 'urn:chappe:problem:invalid-cursor' },
  });
});

it('skips what was erased, and says so', async () => {
  await router.pool.query(
    `UPDATE decision SET original = NULL WHERE message_id = (SELECT min(message_id::text)::uuid FROM decision WHERE accepted)`,
  );
  expect(await rehearse({})).toMatchObject({ body: { rehearsed: 30, skipped: 1, changed: 0 } });
});
