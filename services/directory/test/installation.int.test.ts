import { fork, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLaneProducer, provisionTopics } from '@chappe/kafka';
import { directoryTopic } from '@chappe/schemas';
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
import { startDirectory } from '../src/index.ts';
import { installFirstRelease } from '../src/install-first-release.ts';
import type { InstallationRequest } from '../src/installation/installer-arguments.ts';
import { actor, auditEntries, suspension } from './administration.ts';
import { dyingProducer, silentLog } from './directory-under-test.ts';
import {
  approverSubject,
  installationConfig,
  installationEnvironment,
  installationFiles,
  listeningTerminal,
  proposerSubject,
  requestFor,
  writeFiles,
} from './installation-scene.ts';

let issuer: TestIssuer;
let folder: string;
let files: string;
let kafka: TestKafka;
let database: TestDatabase;
const running: RunningService[] = [];

beforeAll(async () => {
  issuer = await createTestIssuer();
  folder = await mkdtemp(join(tmpdir(), 'chappe-installation-'));
  files = await writeFiles(join(folder, 'sound'), installationFiles());
});
afterAll(async () => {
  await issuer.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  kafka = await testKafka({ provision: provisionTopics });
  database = await testDatabase('directory');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
  await database.drop();
});

async function start(overrides: Parameters<typeof startDirectory>[1] = {}): Promise<RunningService> {
  const service = await startDirectory(installationConfig({ kafka, database, issuer }), overrides);
  running.push(service);
  return service;
}

function install(change: Partial<InstallationRequest> = {}, answer?: string) {
  const { told, terminal } = listeningTerminal(answer);
  const config = installationConfig({ kafka, database, issuer });
  const outcome = installFirstRelease(config, requestFor(files, issuer.issuer, change), terminal);
  return { told, outcome };
}

async function readiness(service: RunningService): Promise<number> {
  return (await fetch(new URL('/readyz', service.url))).status;
}

async function releases(service: RunningService): Promise<readonly Record<string, unknown>[]> {
  const admin = await actor(service, issuer, proposerSubject);
  return (await admin.get('/v1/directory/releases')).body.items ?? [];
}

async function becomesReady(service: RunningService): Promise<void> {
  const deadline = performance.now() + 30_000;
  while ((await readiness(service)) !== 200) {
    if (performance.now() > deadline) throw new Error('the service never became ready');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('the first release of an installation', () => {
  it('makes a service ready that waits for it, without a restart, and is followed by releases of two persons', async () => {
    const service = await start();
    expect(await readiness(service)).toBe(503);
    const { told, outcome } = install({ yes: false, waitMs: 30_000 }, 'oui');
    expect(await outcome).toMatchObject({
      status: 'installed',
      published: true,
      manifest: {
        number: 1,
        proposedBy: 'person-directory-admin-1',
        approvedBy: 'person-directory-admin-2',
        demonstration: false,
      },
    });
    expect(told.join('\n')).toContain('76 posts that cover 147 countries');
    expect(told.join('\n')).toMatch(/Install this release\?.*\[yes\/no\]/);
    await becomesReady(service);

    expect(await releases(service)).toMatchObject([
      {
        number: 1,
        proposedBy: 'person-directory-admin-1',
        approvedBy: 'person-directory-admin-2',
        reason: 'first installation of the network',
        proposalId: null,
        demonstration: false,
      },
    ]);
    const entries = await auditEntries(kafka, 2);
    expect(
      entries.map(({ action, subject, reason, outcome: end }) => [action, subject, reason, end]).sort(),
    ).toEqual([
      ['directory.install', 'person-directory-admin-1', 'first installation of the network', 'ANSWERED'],
      ['directory.install', 'person-directory-admin-2', 'first installation of the network', 'ANSWERED'],
    ]);
    expect(entries[0]?.resourceIds).toEqual([
      'release/1',
      'proposed-by/person-directory-admin-1',
      'approved-by/person-directory-admin-2',
      expect.stringMatching(/^ran-by\/.+@.+/),
    ]);

    const [first, second] = [
      await actor(service, issuer, proposerSubject),
      await actor(service, issuer, approverSubject),
    ];
    const { proposalId } = (await first.propose(suspension('person-officer-post-DJ'))).body;
    expect((await second.decide(proposalId, 'approval')).body.release).toBe(2);

    // From now on the network changes only in this way.
    expect(await install().outcome).toMatchObject({
      status: 'refused',
      findings: [{ code: 'release-exists' }],
    });
  });

  it('is checked and not written by a dry run, nor after a no', async () => {
    const dry = install({ dryRun: true });
    expect(await dry.outcome).toEqual({ status: 'would-install' });
    expect(dry.told.join('\n')).toContain('proposed by');
    expect(await install({ yes: false }, 'nein').outcome).toEqual({ status: 'declined' });
    const service = await start();
    expect(await readiness(service)).toBe(503);
    expect(await install().outcome).toMatchObject({ status: 'installed' });
  });

  it('is refused where Kafka holds a directory that the store does not know', async () => {
    await install().outcome;
    await becomesReady(await start());
    await running.splice(0)[0]?.stop();
    await database.drop();
    database = await testDatabase('directory');
    expect(await install().outcome).toMatchObject({
      status: 'refused',
      findings: [{ code: 'topic-not-empty' }],
    });
  });

  it('is refused where Kafka holds what nobody can read as a directory', async () => {
    const producer = createLaneProducer(kafka.settings('directory'), { name: 'test', log: silentLog });
    await producer.start();
    await producer.send([{ topic: directoryTopic, key: '1/manifest', value: Buffer.from('nonsense') }]);
    await producer.stop();
    expect(await install().outcome).toMatchObject({
      status: 'refused',
      findings: [{ code: 'topic-not-empty' }],
    });
  });
});

describe('two installers at once', () => {
  it('with the same content install it once, and both are told', async () => {
    const outcomes = await Promise.all([install().outcome, install().outcome, install().outcome]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual([
      'already-installed',
      'already-installed',
      'installed',
    ]);
    const digests = outcomes.map((each) => ('manifest' in each ? each.manifest.sha256 : each.status));
    expect(new Set(digests).size).toBe(1);
  });

  it('with other persons or another content: one wins, the other is refused', async () => {
    const swapped = {
      proposedBy: { issuer: issuer.issuer, subject: approverSubject },
      approvedBy: { issuer: issuer.issuer, subject: proposerSubject },
    };
    const outcomes = await Promise.all([install().outcome, install(swapped).outcome]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['installed', 'refused']);
    const service = await start();
    await becomesReady(service);
    expect(await releases(service)).toHaveLength(1);
  });
});

describe('SIGKILL of the installer', () => {
  /** Starts an installer that kills itself at a step; resolves with the signal that ended it. */
  function startDoomed(step: string): Promise<string | null> {
    const child = fork(fileURLToPath(new URL('./installer-process.ts', import.meta.url)), {
      env: { ...installationEnvironment({ kafka, database, issuer }), CRASH_AT: step, FILES: files },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  }

  it.each([
    ['agreed', 'installed'],
    ['prepared', 'installed'],
    ['planned', 'installed'],
    ['inserted', 'installed'],
    ['committed', 'already-installed'],
  ])('once it is %s: repeating it leaves one release with its two audit entries', async (step, then) => {
    expect(await startDoomed(step)).toBe('SIGKILL');
    expect(await install().outcome).toMatchObject({ status: then });
    const service = await start();
    await becomesReady(service);
    expect(await releases(service)).toMatchObject([
      { number: 1, reason: 'first installation of the network' },
    ]);
    expect(await auditEntries(kafka, 2)).toHaveLength(2);
    expect(await install({ waitMs: 10_000 }).outcome).toMatchObject({
      status: 'already-installed',
      published: true,
    });
  });

  it('of the service in the middle of publishing leaves nothing half applied', async () => {
    await install().outcome;
    await expect(start({ wrapProducer: dyingProducer(2, 'after') })).rejects.toThrow('killed by the test');
    expect(await install().outcome).toMatchObject({ status: 'already-installed', published: false });
    const service = await start();
    await becomesReady(service);
    expect(await releases(service)).toHaveLength(1);
  });
});

describe('the command', () => {
  /** Runs it as an administrator does; production is refused here, since these stores have no TLS. */
  function run(
    args: readonly string[],
    change: Record<string, string> = {},
  ): Promise<{ code: number | null; out: string; err: string }> {
    const main = fileURLToPath(new URL('../src/install-first-release-main.ts', import.meta.url));
    const child = spawn(process.execPath, [main, ...args], {
      env: {
        ...installationEnvironment({ kafka, database, issuer }),
        CHAPPE_PROFILE: 'demonstration',
        ...change,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  }

  const asked = (path: string, subject = approverSubject) => [
    '--files',
    path,
    '--proposed-by',
    proposerSubject,
    '--approved-by',
    subject,
    '--reason',
    'first installation',
    '--wait',
    '0',
  ];

  it('asks nobody who is not there, speaks French, installs, and says so to programs', async () => {
    expect(await run(asked(files))).toMatchObject({ code: 2, err: expect.stringContaining('add --yes') });
    expect(await run(['--lang', 'fr'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--files manque'),
    });
    const dry = await run([...asked(files), '--dry-run', '--lang', 'fr']);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out).toContain('76 postes qui couvrent 147 pays');
    expect(dry.out).toContain('rien n’a été écrit');

    const installed = await run([...asked(files), '--yes', '--json']);
    expect(installed.code).toBe(0);
    expect(JSON.parse(installed.out)).toMatchObject({
      status: 'installed',
      release: 1,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      proposedBy: 'person-directory-admin-1',
      approvedBy: 'person-directory-admin-2',
      published: false,
    });
    expect(await run([...asked(files), '--yes'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('was installed before'),
    });
  });

  it('refuses with every fault and its place, and needs the configuration of the service', async () => {
    const broken = await writeFiles(join(folder, 'broken'), installationFiles().slice(1));
    await writeFile(join(broken, 'twice.json'), '{"persons":[],"persons":[]}');
    expect(await run([...asked(broken, proposerSubject), '--yes'])).toMatchObject({
      code: 3,
      out: expect.stringContaining('twice.json'),
    });
    await writeFiles(broken, [{ name: 'twice.json', content: { persons: [{ personId: 7 }] } }]);
    const refused = await run([...asked(broken, proposerSubject), '--yes', '--json']);
    expect(refused.code).toBe(3);
    const codes: string[] = JSON.parse(refused.out).findings.map((each: { code: string }) => each.code);
    expect(codes).toEqual(
      expect.arrayContaining(['malformed-field', 'unknown-correspondent', 'second-person-required']),
    );

    expect(await run([...asked(files), '--yes'], { CHAPPE_PROFILE: 'production' })).toMatchObject({
      code: 78,
      err: expect.stringContaining('KAFKA_TLS must not be false'),
    });
    const away = await run([...asked(files), '--yes'], {
      POSTGRES_URL: 'postgres://directory:secret-word@127.0.0.1:9/chappe',
    });
    expect(away).toMatchObject({ code: 5, err: expect.stringContaining('PostgreSQL') });
    expect(away.out + away.err).not.toContain('secret-word');
  });
});
