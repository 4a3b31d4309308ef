import { provisionTopics } from '@chappe/kafka';
import type { RunningService } from '@chappe/service-kit';
import {
  createTestIssuer,
  type TestDatabase,
  type TestIssuer,
  type TestKafka,
  testDatabase,
  testKafka,
} from '@chappe/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Actor, actor, auditEntries, suspension } from './administration.ts';
import { startUnderTest, until, watchReleases } from './directory-under-test.ts';

let issuer: TestIssuer;
let kafka: TestKafka;
let database: TestDatabase;
let services: RunningService[];
let watched: Awaited<ReturnType<typeof watchReleases>>;
/** Both administrators, at each of the two instances. */
let first: readonly [Actor, Actor];
let second: readonly [Actor, Actor];

beforeAll(async () => {
  issuer = await createTestIssuer();
  kafka = await testKafka({ provision: provisionTopics });
  database = await testDatabase('directory');
  watched = await watchReleases(kafka);
  // They start together, on empty stores: that, too, must come to one release.
  services = await Promise.all([0, 1].map(() => startUnderTest({ kafka, database, issuer })));
  const at = async (subject: string) => {
    const [one, two] = await Promise.all(services.map((service) => actor(service, issuer, subject)));
    if (one === undefined || two === undefined) throw new Error('not two instances');
    return [one, two] as const;
  };
  first = await at('demo-directory-admin-1');
  second = await at('demo-directory-admin-2');
  await until('release 1', () => watched.releases.length === 1);
});

afterAll(async () => {
  await Promise.all(services.map((service) => service.stop()));
  await (await watched.ready).close();
  await issuer.stop();
  await database.drop();
});

/** The release in force as both instances answer from their own replicas, once they agree. */
async function agreedRelease(): Promise<number> {
  for (;;) {
    const answers = await Promise.all(first.map((each) => each.get('/v1/directory/releases/current')));
    const [one, two] = answers.map(({ body }) => Number(body.number));
    const stored = Number((await first[0].get('/v1/directory/releases?limit=1')).body.items?.[0]?.number);
    if (one === two && one === stored) return stored;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const officers = ['SN', 'CI', 'LB', 'CO', 'TH', 'MA'].map((country) => `person-officer-post-${country}`);
/** How many audit entries all acts so far have left; which of several at once wins decides how many follow. */
let expectedEntries = 0;
const problem = (code: string) => `urn:chappe:problem:${code}`;

async function proposed(by: Actor, person: string, baseRelease: number): Promise<string> {
  const { status, body } = await by.propose(suspension(person), { baseRelease });
  expect(status).toBe(201);
  return body.proposalId;
}

it('of two proposals approved at once at two instances one becomes the next release, the other is superseded', async () => {
  for (const [round, person] of officers.slice(0, 3).entries()) {
    const base = await agreedRelease();
    const ids = [
      await proposed(first[0], person, base),
      await proposed(first[1], officers[round + 3] ?? '', base),
    ];
    const answers = await Promise.all(
      ids.map((id, index) => (second[index] ?? second[0]).decide(id, 'approval')),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [won] = answers.filter(({ status }) => status === 200);
    const [lost] = answers.filter(({ status }) => status === 409);
    expect(won?.body).toMatchObject({ state: 'APPROVED', release: base + 1 });
    expect(lost?.body.type).toBe(problem('release-superseded'));
    expect(await agreedRelease()).toBe(base + 1);
    // What lost still waits, and may only be rejected or withdrawn.
    const open = (await first[0].get('/v1/directory/proposals?state=OPEN')).body.items ?? [];
    expect(open).toHaveLength(1);
    await first[1].decide(String(open[0]?.proposalId), 'withdrawal');
    expectedEntries += 4;
  }
});

it('of one proposal approved at both instances at once one release is made, and both are told so', async () => {
  const base = await agreedRelease();
  const id = await proposed(first[0], 'person-releaser-post-SN', base);
  const answers = await Promise.all(
    [0, 1, 0, 1].map((at) => (second[at] ?? second[0]).decide(id, 'approval')),
  );
  expect(answers.map(({ status, body }) => [status, body.release])).toEqual(
    Array.from({ length: 4 }, () => [200, base + 1]),
  );
  expectedEntries += 2;
  expect(await agreedRelease()).toBe(base + 1);
});

it('of an approval, a rejection and a withdrawal at once exactly one holds', async () => {
  for (let round = 0; round < 4; round += 1) {
    const base = await agreedRelease();
    const id = await proposed(first[0], 'person-releaser-post-CI', base);
    const answers = await Promise.all([
      second[round % 2 === 0 ? 0 : 1].decide(id, 'approval'),
      second[round % 2 === 0 ? 1 : 0].decide(id, 'rejection', 'not this one'),
      first[1].decide(id, 'withdrawal'),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of answers) {
      if (status !== 200) expect([status, body.type]).toEqual([409, problem('proposal-closed')]);
    }
    expectedEntries += 2;
    const { body } = await first[0].get(`/v1/directory/proposals/${id}`);
    expect(body.state).toBe(answers.find(({ status }) => status === 200)?.body.state);
    if (body.state !== 'APPROVED') continue;
    const back = (await first[0].propose({ rollForwardTo: base }, { baseRelease: base + 1 })).body.proposalId;
    expect((await second[1].decide(back, 'approval')).status).toBe(200);
    expectedEntries += 2;
  }
});

it('leaves a chain in the topic that every replica applies, each release once and in order', async () => {
  const last = await agreedRelease();
  await until('the last release at another service', () => watched.releases.at(-1)?.release === last);
  expect(watched.releases.map(({ release }) => release)).toEqual(
    Array.from({ length: last }, (_, index) => index + 1),
  );
  const late = await watchReleases(kafka);
  const replica = await late.ready;
  expect(replica.current().release).toBe(last);
  expect(replica.current().sha256).toBe(watched.releases.at(-1)?.sha256);
  await replica.close();
  // Each release has one entry of its approval, whichever instance answered.
  const approvals = (await auditEntries(kafka, expectedEntries))
    .filter(({ action, outcome }) => action === 'directory.approve' && outcome === 'ANSWERED')
    .flatMap(({ resourceIds }) => resourceIds.filter((id) => id.startsWith('release/')));
  expect(approvals.sort()).toEqual(
    Array.from({ length: last - 1 }, (_, index) => `release/${index + 2}`).sort(),
  );
});
