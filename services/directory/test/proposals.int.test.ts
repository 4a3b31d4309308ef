import { loadDemonstration } from '@chappe/directory';
import { type DirectoryReplica, provisionTopics } from '@chappe/kafka';
import type { RunningService } from '@chappe/service-kit';
import {
  createTestIssuer,
  type TestDatabase,
  type TestIssuer,
  type TestKafka,
  testDatabase,
  testKafka,
} from '@chappe/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, actor, auditEntries, newSubmissionId, suspension } from './administration.ts';
import { startUnderTest, until, watchReleases } from './directory-under-test.ts';

const officer = 'person-officer-post-DJ';
let issuer: TestIssuer;
let kafka: TestKafka;
let database: TestDatabase;
let service: RunningService;
let first: Actor;
let second: Actor;
const replicas: Promise<DirectoryReplica>[] = [];

beforeAll(async () => {
  issuer = await createTestIssuer();
});
afterAll(() => issuer.stop());

beforeEach(async () => {
  kafka = await testKafka({ provision: provisionTopics });
  database = await testDatabase('directory');
  await start();
});
afterEach(async () => {
  await service.stop();
  await Promise.allSettled(replicas.splice(0).map(async (replica) => (await replica).close()));
  await database.drop();
});

async function start(overrides: Parameters<typeof startUnderTest>[1] = {}): Promise<void> {
  service = await startUnderTest({ kafka, database, issuer }, overrides);
  first = await actor(service, issuer, 'demo-directory-admin-1');
  second = await actor(service, issuer, 'demo-directory-admin-2');
}

async function watch() {
  const watched = await watchReleases(kafka);
  replicas.push(watched.ready);
  await watched.ready;
  return watched;
}

async function approved(content: object, change: object = {}): Promise<number> {
  const { body } = await first.propose(content, change);
  const answer = await second.decide(body.proposalId, 'approval');
  if (typeof answer.body.release !== 'number') throw new Error(JSON.stringify(answer));
  return answer.body.release;
}

describe('two administrators', () => {
  it('suspend a person: proposed, seen in words, approved, in force everywhere without a restart', async () => {
    const watched = await watch();
    const suspended = await actor(service, issuer, 'demo-officer-post-DJ');
    expect((await suspended.get('/v1/me')).status).toBe(200);

    const proposed = await first.propose(suspension(officer));
    expect(proposed).toMatchObject({
      status: 201,
      body: {
        state: 'OPEN',
        baseRelease: 1,
        proposedBy: 'person-directory-admin-1',
        differences: 1,
        items: [
          {
            key: `person/${officer}`,
            change: 'CHANGED',
            textFr: `Modifie la personne ${officer} : suspended.`,
            textEn: `Changes the person ${officer}: suspended.`,
            fields: [{ pointer: '/suspended', before: false, after: true }],
          },
        ],
      },
    });
    const { proposalId } = proposed.body;
    expect(await second.get(`/v1/directory/proposals/${proposalId}/changes`)).toMatchObject({
      body: { baseRelease: 1, changes: [{ list: 'persons', key: `person/${officer}` }] },
    });
    expect(watched.releases).toHaveLength(1);

    const atMs = performance.now();
    expect(await second.decide(proposalId, 'approval', 'seen with the post')).toMatchObject({
      status: 200,
      body: { state: 'APPROVED', release: 2, decidedBy: 'person-directory-admin-2' },
    });
    await until('the release at another service', () => watched.releases.length === 2, 10_000);
    expect(watched.releases[1]).toMatchObject({
      release: 2,
      proposedBy: 'person-directory-admin-1',
      approvedBy: 'person-directory-admin-2',
    });
    expect(watched.releases[1]?.persons.get(officer)?.suspended).toBe(true);
    // Each service follows the topic at its own pace; ten seconds bound the slowest.
    let refused = await suspended.get('/v1/me');
    while (refused.status !== 403 && performance.now() - atMs < 10_000) {
      refused = await suspended.get('/v1/me');
    }
    expect(refused).toMatchObject({ status: 403, body: { type: 'urn:chappe:problem:suspended' } });

    const entries = await auditEntries(kafka, 2);
    expect(
      entries.map(({ action, subject, reason, resourceIds, outcome }) => [
        action,
        subject,
        reason,
        resourceIds,
        outcome,
      ]),
    ).toEqual([
      ['directory.propose', 'person-directory-admin-1', 'for the tests', [proposalId], 'ANSWERED'],
      [
        'directory.approve',
        'person-directory-admin-2',
        'seen with the post',
        [proposalId, 'release/2'],
        'ANSWERED',
      ],
    ]);
  });

  it('are two: nobody decides on an own proposal, and nobody else at all', async () => {
    const { proposalId } = (await first.propose(suspension(officer))).body;
    for (const act of ['approval', 'rejection'] as const) {
      expect(await first.decide(proposalId, act, 'my own')).toMatchObject({
        status: 403,
        body: { type: 'urn:chappe:problem:second-person-required' },
      });
    }
    for (const subject of ['demo-officer-post-DJ', 'demo-operator', 'demo-auditor']) {
      const other = await actor(service, issuer, subject);
      expect((await other.decide(proposalId, 'approval')).status).toBe(403);
      expect((await other.propose(suspension(officer))).status).toBe(403);
      const mayReview = subject === 'demo-auditor';
      expect((await other.get(`/v1/directory/proposals/${proposalId}`)).status).toBe(mayReview ? 200 : 403);
      expect((await other.get('/v1/directory/releases/1/content')).status).toBe(403);
    }
    expect(await first.get('/v1/directory/releases/current')).toMatchObject({ body: { number: 1 } });
    // The attempts are recorded too.
    const entries = await auditEntries(kafka, 3);
    expect(entries.filter(({ outcome }) => outcome === 'DENIED').map(({ action }) => action)).toEqual([
      'directory.approve',
      'directory.reject',
    ]);
  });

  it('reject with a reason, withdraw an own proposal, and decide once', async () => {
    const rejected = (await first.propose(suspension(officer))).body.proposalId;
    expect(await second.decide(rejected, 'rejection')).toMatchObject({
      status: 400,
      body: { type: 'urn:chappe:problem:reason-required' },
    });
    expect(await second.decide(rejected, 'rejection', 'not the right one')).toMatchObject({
      body: { state: 'REJECTED', decisionReason: 'not the right one', release: null },
    });
    // An auditor sees what was rejected, and none of its values.
    const auditor = await actor(service, issuer, 'demo-auditor');
    const [seen] = (await auditor.get(`/v1/directory/proposals/${rejected}`)).body.items ?? [];
    expect(seen).toMatchObject({ change: 'CHANGED', textEn: `Changes the person ${officer}: suspended.` });
    expect(seen?.fields).toEqual([{ pointer: '/suspended' }]);
    expect((await auditor.get(`/v1/directory/proposals/${rejected}/changes`)).body.changes).toEqual([]);
    expect(await second.decide(rejected, 'approval')).toMatchObject({
      status: 409,
      body: { type: 'urn:chappe:problem:proposal-closed' },
    });
    const withdrawn = (await second.propose(suspension(officer))).body.proposalId;
    expect((await first.decide(withdrawn, 'withdrawal')).status).toBe(403);
    expect(await second.decide(withdrawn, 'withdrawal')).toMatchObject({ body: { state: 'WITHDRAWN' } });
    expect((await first.get('/v1/directory/proposals?state=OPEN')).body.items).toEqual([]);
    const all = await first.get('/v1/directory/proposals?limit=1');
    expect(all.body.items).toMatchObject([{ proposalId: withdrawn }]);
    const older = await first.get(`/v1/directory/proposals?limit=1&before=${String(all.body.next)}`);
    expect(older.body.items).toMatchObject([{ proposalId: rejected }]);
  });

  it('approve at the same moment, or twice, and make one release', async () => {
    const { proposalId } = (await first.propose(suspension(officer))).body;
    const answers = await Promise.all([1, 2, 3].map(() => second.decide(proposalId, 'approval')));
    expect(answers.map(({ status, body }) => [status, body.release])).toEqual([
      [200, 2],
      [200, 2],
      [200, 2],
    ]);
    expect((await first.get('/v1/directory/releases')).body.items).toHaveLength(2);
  });
});

describe('a proposal', () => {
  it('is one, however often it is sent, and another under its id is refused', async () => {
    const submissionId = newSubmissionId();
    const answers = await Promise.all(
      [1, 2, 3].map(() => first.propose(suspension(officer), { submissionId })),
    );
    expect(new Set(answers.map(({ body }) => body.proposalId)).size).toBe(1);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(await first.propose(suspension(officer, false), { submissionId })).toMatchObject({
      status: 422,
      body: { type: 'urn:chappe:problem:submission-conflict' },
    });
    // The id belongs to its person: nobody can take another's.
    expect((await second.propose(suspension(officer), { submissionId })).status).toBe(201);
  });

  it('written on an older release is refused, and so is its approval once another came between', async () => {
    const early = (await second.propose(suspension('person-officer-post-CI'))).body.proposalId;
    expect(await approved(suspension(officer))).toBe(2);
    const late = { status: 409, body: { type: 'urn:chappe:problem:release-superseded' } };
    expect(await first.propose(suspension('person-officer-post-SN'))).toMatchObject(late);
    expect(await first.decide(early, 'approval')).toMatchObject(late);
    expect((await first.get('/v1/directory/releases')).body.items).toHaveLength(2);
  });

  it.each<[string, object, string]>([
    [
      'a failing example',
      { list: 'rules', key: 'rule/trafficking-to-trafficking', set: { match: { countries: ['IS'] } } },
      'example-fails /changes/0/set/examples/0',
    ],
    [
      'an unknown correspondent',
      { list: 'rules', key: 'rule/trafficking-to-trafficking', set: { action: ['desk:nowhere'] } },
      'unknown-correspondent /changes/0/set/action/0',
    ],
    [
      'a rule that never matches',
      {
        list: 'rules',
        key: 'rule/trafficking-to-trafficking',
        set: { unless: { crimeAreas: ['DRUG_TRAFFICKING'] }, match: { crimeAreas: ['DRUG_TRAFFICKING'] } },
      },
      'rule-never-matches /changes/0/set/unless/crimeAreas',
    ],
    [
      'a rule that contradicts itself',
      {
        list: 'rules',
        key: 'rule/trafficking-to-trafficking',
        set: { action: ['desk:cyber'], information: ['desk:cyber'] },
      },
      'rule-contradicts /changes/0/set/information/0',
    ],
    [
      'an unknown country',
      { list: 'coverage', key: 'coverage/post:DJ', set: { countries: ['DJ', 'ZZ'] } },
      'unknown-country /changes/0/set/countries/1',
    ],
    [
      'a country covered twice',
      { list: 'coverage', key: 'coverage/post:DJ', set: { countries: ['DJ', 'SN'] } },
      'coverage-overlap',
    ],
    [
      'a direction mark in a name',
      { list: 'correspondents', key: 'correspondent/post:DJ', set: { nameFr: 'Dji\u202Ebouti' } },
      'unsafe-text /changes/0/set/nameFr',
    ],
    [
      'mixed scripts in a name',
      { list: 'persons', key: `person/${officer}`, set: { displayName: 'Аmélie (fictif)' } },
      'unsafe-text /changes/0/set/displayName',
    ],
    [
      'a duplicate short code',
      { list: 'correspondents', key: 'correspondent/post:DJ', set: { shortCode: 'SN' } },
      'duplicate-short-code',
    ],
    [
      'nobody left to administer',
      { list: 'persons', key: 'person/person-directory-admin-2', set: { suspended: true } },
      'too-few-administrators ',
    ],
  ])('with %s is refused with its place, and nothing is kept', async (_, change, expected) => {
    const answer = await first.propose({ changes: [change] });
    expect(answer).toMatchObject({ status: 422, body: { type: 'urn:chappe:problem:directory-not-sound' } });
    const found = answer.body.errors?.map(({ code, pointer }) => `${code} ${pointer}`) ?? [];
    expect(found.some((each) => each.startsWith(expected))).toBe(true);
    expect(answer.body.errors?.every(({ detail }) => detail.length > 10)).toBe(true);
    expect((await first.get('/v1/directory/proposals')).body.items).toEqual([]);
    expect(await first.get('/v1/directory/releases/current')).toMatchObject({ body: { number: 1 } });
  });

  it('of a form that is none is refused before anything looks at it', async () => {
    const changes = [{ list: 'persons', key: `person/${officer}`, set: { suspended: true } }];
    const refusals: readonly (readonly [object, number, string])[] = [
      [{ changes, rollForwardTo: 1 }, 400, 'invalid-value'],
      [{}, 400, 'invalid-value'],
      [{ changes, submissionId: 'x' }, 400, 'invalid-value'],
      [{ changes, reason: ' ' }, 400, 'reason-required'],
      [{ changes, reazon: 'x' }, 400, 'unknown-field'],
      [{ changes: [{ list: 'people', key: 'x', entry: null }] }, 400, 'invalid-value'],
      [{ changes: [] }, 400, 'invalid-value'],
      [{ rollForwardTo: 7 }, 422, 'directory-not-sound'],
      [{ files: [{ name: 'x.json', content: 'x' }] }, 422, 'directory-not-sound'],
      [{ changes: [{ list: 'units', key: `unit/${'x'.repeat(9_000_000)}` }] }, 413, 'body-too-large'],
    ];
    for (const [content, status, code] of refusals) {
      expect(await first.propose(content)).toMatchObject({
        status,
        body: { type: `urn:chappe:problem:${code}` },
      });
    }
    expect((await first.get('/v1/directory/proposals')).body.items).toEqual([]);
  });

  it('may be the whole directory as it was exported, changed by hand', async () => {
    const exported = await first.get('/v1/directory/releases/1/content');
    expect(exported.body.persons).toHaveLength(loadDemonstration(issuer.issuer).persons.length);
    expect(await first.propose({ files: [{ name: 'all.json', content: exported.body }] })).toMatchObject({
      status: 422,
      body: { type: 'urn:chappe:problem:nothing-changes' },
    });
    const rules = (exported.body.rules as readonly object[]).slice(1);
    const content = { ...exported.body, rules };
    const proposed = await first.propose({ files: [{ name: 'all.json', content }] });
    expect(proposed).toMatchObject({ status: 201, body: { kind: 'FILES', differences: 1 } });
    expect((await auditEntries(kafka, 2)).map(({ action }) => action)).toEqual([
      'directory.export',
      'directory.propose',
    ]);
  });

  it('brings an older content back by going forward, with its history', async () => {
    const watched = await watch();
    expect(await approved(suspension(officer))).toBe(2);
    const { proposalId, items } = (await first.propose({ rollForwardTo: 1 }, { baseRelease: 2 })).body;
    expect(items).toMatchObject([{ key: `person/${officer}`, change: 'CHANGED' }]);
    expect((await second.decide(proposalId, 'approval')).body.release).toBe(3);
    await until('release 3', () => watched.releases.length === 3);
    expect(watched.releases[2]?.persons.get(officer)?.suspended).toBe(false);
    const { items: history } = (await first.get('/v1/directory/releases')).body;
    expect(history).toMatchObject([
      { number: 3, proposalId, rollForwardTo: 1, approvedBy: 'person-directory-admin-2' },
      { number: 2, rollForwardTo: null, reason: 'for the tests' },
      { number: 1, proposalId: null, reason: null },
    ]);
  });
});

describe('a crash', () => {
  it('after the approval is committed leaves a release that the next start publishes', async () => {
    await service.stop();
    let dead = false;
    await start({
      wrapProducer: (producer) => ({
        ...producer,
        send: async (records) => {
          if (dead) throw new Error('killed by the test');
          return producer.send(records);
        },
      }),
    });
    const watched = await watch();
    dead = true;
    expect(await approved(suspension(officer))).toBe(2);
    await service.stop();
    expect(watched.releases).toHaveLength(1);
    // What administrators made stays theirs: the demonstration is not installed over it.
    await start();
    await until('release 2', () => watched.releases.length === 2);
    expect(watched.releases[1]?.persons.get(officer)?.suspended).toBe(true);
    expect(await first.get('/v1/directory/releases/current')).toMatchObject({ body: { number: 2 } });
  });

  it('of the brokers only delays it: it is published as soon as they are back', async () => {
    await service.stop();
    let failures = 0;
    let away = false;
    await start({
      wrapProducer: (producer) => ({
        ...producer,
        send: async (records) => {
          if (away && failures++ < 3) throw new Error('away');
          return producer.send(records);
        },
      }),
    });
    const watched = await watch();
    away = true;
    expect(await approved(suspension(officer))).toBe(2);
    await until('release 2', () => watched.releases.length === 2);
    expect(failures).toBeGreaterThan(3);
  });
});
