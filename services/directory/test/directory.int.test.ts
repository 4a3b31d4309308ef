import { loadDemonstration } from '@chappe/directory';
import {
  createLaneProducer,
  type DirectoryReplica,
  type OutgoingRecord,
  provisionTopics,
} from '@chappe/kafka';
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
import {
  countingProducer,
  dyingProducer,
  groupRecords,
  silentLog,
  startUnderTest,
  until,
  watchReleases,
} from './directory-under-test.ts';

let issuer: TestIssuer;
let kafka: TestKafka;
let database: TestDatabase;
const running: RunningService[] = [];
const replicas: Promise<DirectoryReplica>[] = [];

beforeAll(async () => {
  issuer = await createTestIssuer();
});
afterAll(() => issuer.stop());

beforeEach(async () => {
  kafka = await testKafka({ provision: provisionTopics });
  database = await testDatabase('directory');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  await Promise.allSettled(replicas.splice(0).map(async (replica) => (await replica).close()));
  await database.drop();
});

async function start(
  overrides: Parameters<typeof startUnderTest>[1] = {},
  other: Partial<{ issuer: TestIssuer }> = {},
) {
  const service = await startUnderTest({ kafka, database, issuer, ...other }, overrides);
  running.push(service);
  return service;
}

async function stop(service: RunningService): Promise<void> {
  running.splice(running.indexOf(service), 1);
  await service.stop();
}

async function watch() {
  const watched = await watchReleases(kafka);
  replicas.push(watched.ready);
  return watched;
}

async function get(service: RunningService, path: string, token: string | null, actingAs?: string) {
  const response = await fetch(new URL(path, service.url), {
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(actingAs === undefined ? {} : { 'chappe-acting-as': actingAs }),
    },
  });
  const body: Body = JSON.parse(await response.text());
  return { status: response.status, body };
}

/** What these tests look at in answers. */
interface Body {
  readonly items?: readonly unknown[];
  readonly paths?: object;
}

describe('a first start', () => {
  it('publishes release 1, which every replica gets once, and answers from it whoever may ask', async () => {
    const watched = await watch();
    const service = await start();
    const replica = await watched.ready;
    expect(replica.current()).toMatchObject({ release: 1, demonstration: true, dutyDesk: 'desk:duty' });
    expect(watched.releases).toHaveLength(1);

    const officer = await issuer.mint({ subject: 'demo-officer-post-DJ', clientId: 'demo-console' });
    const me = await get(service, '/v1/me', officer);
    expect(me).toMatchObject({
      status: 200,
      body: {
        kind: 'PERSON',
        actingAs: { code: 'post:DJ' },
        grants: [{ role: 'officer' }],
        directoryRelease: 1,
      },
    });

    const system = await issuer.mint({ clientId: 'demo-desk-cyber' });
    expect(await get(service, '/v1/me', system)).toMatchObject({
      body: { kind: 'SYSTEM', displayName: null, actingAs: { code: 'desk:cyber' } },
    });

    const correspondents = await get(service, '/v1/directory/correspondents', officer);
    expect(correspondents.body.items).toHaveLength(loadDemonstration(issuer.issuer).correspondents.length);
    expect(JSON.stringify(correspondents.body)).not.toContain('(fictif)');

    expect(await get(service, '/v1/directory/releases/current', officer)).toMatchObject({
      status: 200,
      body: { number: 1, sha256: replica.current().sha256, demonstration: true },
    });

    // Nobody gets in without a token, a grant or a permission.
    const stranger = await issuer.mint({ subject: 'stranger', clientId: 'demo-console' });
    const partner = await issuer.mint({ clientId: 'demo-partner-example-agency' });
    expect((await get(service, '/v1/me', null)).status).toBe(401);
    expect((await get(service, '/v1/me', await issuer.mintBad('expired'))).status).toBe(401);
    expect((await get(service, '/v1/me', stranger)).status).toBe(403);
    expect((await get(service, '/v1/me', officer, 'post:CI')).status).toBe(403);
    expect((await get(service, '/v1/me', partner)).status).toBe(200);
    expect((await get(service, '/v1/directory/correspondents', partner)).status).toBe(403);

    // It says that it is ready, and documents its routes.
    expect((await get(service, '/readyz', null)).body).toMatchObject({
      status: 'ready',
      dependencies: { directory: 'ready', postgres: 'ready' },
    });
    const { body } = await get(service, '/openapi.json', null);
    expect(Object.keys(body.paths ?? {})).toEqual(
      expect.arrayContaining(['/v1/me', '/v1/directory/correspondents', '/v1/directory/releases/current']),
    );
  });
});

describe('a crash in the middle of a publication', () => {
  it('leaves a release complete or not applied, wherever it happens, and is mended by a restart', async () => {
    const watched = await watch();
    const entries = Math.ceil(
      Object.values(loadDemonstration(issuer.issuer)).reduce((sum, each) => sum + each.length, 0) /
        groupRecords,
    );
    const written: OutgoingRecord[] = [];
    const crashes = [
      [0, 'before'],
      [0, 'after'],
      [2, 'after'],
      [1, 'before'],
    ] as const;
    for (const [groups, moment] of crashes) {
      const dying = dyingProducer(groups, moment);
      await expect(
        start({ wrapProducer: (producer) => dying(countingProducer(written)(producer)) }),
      ).rejects.toThrow('killed by the test');
      expect(watched.releases).toEqual([]);
    }
    // Between the last entry and the manifest.
    const left = entries - written.length / groupRecords;
    await expect(
      start({
        wrapProducer: (producer) => dyingProducer(left, 'before')(countingProducer(written)(producer)),
      }),
    ).rejects.toThrow('killed by the test');
    expect(watched.releases).toEqual([]);
    // Each crash was continued where it broke off: no record was written twice.
    expect(new Set(written.map((record) => record.key)).size).toBe(written.length);
    expect(written.some((record) => String(record.key).endsWith('/manifest'))).toBe(false);

    const service = await start();
    await until('the release', () => watched.releases.length > 0);
    expect(watched.releases.map((each) => each.release)).toEqual([1]);
    expect(watched.releases[0]?.persons.size).toBe(loadDemonstration(issuer.issuer).persons.length);

    // Nothing changed: nothing is added and nothing sent.
    await stop(service);
    const again: OutgoingRecord[] = [];
    await start({ wrapProducer: countingProducer(again) });
    expect(again).toEqual([]);
    expect(watched.releases).toHaveLength(1);
  });

  it('sends again what nobody acknowledged, and replicas still get one release', async () => {
    const watched = await watch();
    let lost = 0;
    await start({
      wrapProducer: (producer) => ({
        ...producer,
        async send(records) {
          const outcome = await producer.send(records);
          lost += 1;
          return lost % 2 === 1 ? { status: 'unknown', reason: 'timeout' } : outcome;
        },
      }),
    });
    await until('the release', () => watched.releases.length > 0);
    const late = await watch();
    await late.ready;
    expect(lost).toBeGreaterThan(10);
    expect([watched.releases.length, late.releases.length]).toEqual([1, 1]);
  });
});

describe('a later start', () => {
  it('publishes the next release, chained, when the issuer changed', async () => {
    const other = await createTestIssuer();
    try {
      const watched = await watch();
      await stop(await start());
      const service = await start({}, { issuer: other });
      await until('the second release', () => watched.releases.length === 2);
      expect(watched.releases.map((each) => each.release)).toEqual([1, 2]);
      const token = await other.mint({ subject: 'demo-officer-post-CI', clientId: 'demo-console' });
      expect(await get(service, '/v1/me', token)).toMatchObject({
        status: 200,
        body: { directoryRelease: 2 },
      });
      const old = await issuer.mint({ subject: 'demo-officer-post-CI', clientId: 'demo-console' });
      expect((await get(service, '/v1/me', old)).status).toBe(401);
    } finally {
      await other.stop();
    }
  });

  it('publishes every release again into a topic that was lost', async () => {
    const other = await createTestIssuer();
    try {
      await stop(await start());
      await stop(await start({}, { issuer: other }));
      kafka = await testKafka({ provision: provisionTopics });
      const watched = await watch();
      await start({}, { issuer: other });
      expect((await watched.ready).current().release).toBe(2);
    } finally {
      await other.stop();
    }
  });

  it('publishes nothing when the store was lost and the topic was not', async () => {
    const watched = await watch();
    await stop(await start());
    await database.drop();
    database = await testDatabase('directory');
    const sent: OutgoingRecord[] = [];
    await expect(start({ wrapProducer: countingProducer(sent) })).rejects.toThrow('topic-differs');
    expect(sent).toEqual([]);
    expect(watched.releases).toHaveLength(1);
  });

  it('publishes nothing after a record that it cannot read', async () => {
    const stranger = createLaneProducer(kafka.admin, { name: 'stranger', log: silentLog });
    await stranger.start();
    await stranger.send([{ topic: 'directory.v1', key: 'x', value: Buffer.from('not a record') }]);
    await stranger.stop();
    await expect(start()).rejects.toThrow('topic-unreadable');
  });
});

describe('two instances at once', () => {
  it('install and publish one release between them', async () => {
    const watched = await watch();
    const services = await Promise.all([start(), start()]);
    expect(services).toHaveLength(2);
    const late = await watch();
    await late.ready;
    expect([watched.releases.length, late.releases.length]).toEqual([1, 1]);
    expect(late.releases[0]?.release).toBe(1);
  });
});

it('is the only service that may write the directory', async () => {
  const mailbox = createLaneProducer(kafka.settings('mailbox'), {
    name: 'forger',
    log: silentLog,
    maxAgeMs: 5_000,
  });
  await mailbox.start();
  const outcome = await mailbox.send([{ topic: 'directory.v1', key: 'x', value: Buffer.from('x') }]);
  await mailbox.stop();
  expect(outcome).toEqual({ status: 'refused', reason: 'unauthorised' });
});
