import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../../test/run-chappe.ts';
import { startScriptedProvider } from '../../../test/scripted-provider.ts';
import { answer, type ScriptedServer, startScriptedServer } from '../../../test/scripted-server.ts';
import { typeChappe } from '../../../test/type-chappe.ts';

const passphrase = 'a long enough passphrase';
const self = {
  kind: 'SYSTEM',
  id: 'demo-post-DJ',
  displayName: null,
  language: null,
  actingAs: { code: 'post:DJ', nameFr: 'Djibouti', nameEn: 'Djibouti' },
  grants: [],
  directoryRelease: 1,
};

const makeKeys = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

let folder: string;
let chappe: ScriptedServer;
let keys: ReturnType<typeof makeKeys>;
let provider: Awaited<ReturnType<typeof startScriptedProvider>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-profile-'));
  keys = makeKeys();
  chappe = await startScriptedServer(() => answer(200, self));
  const clientJwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' };
  provider = await startScriptedProvider({ password: 'unused', clientJwk });
});
afterEach(async () => {
  await Promise.all([chappe.stop(), provider.stop()]);
  await rm(folder, { recursive: true });
});

function type(args: readonly string[], env: Record<string, string> = {}): Promise<Run> {
  const own = { XDG_CONFIG_HOME: join(folder, 'config'), XDG_CACHE_HOME: join(folder, 'cache') };
  return typeChappe(args, { cwd: folder, env: { ...own, ...env } });
}

async function writeKey(mode: number, pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' })) {
  await writeFile(join(folder, 'key.pem'), pem);
  await chmod(join(folder, 'key.pem'), mode);
}

const add = (name: string, ...more: string[]) => [
  ...['profile', 'add', name, '--url', chappe.url, '--issuer', provider.url, '--client-id', 'demo-post-DJ'],
  ...more,
];
const modeOf = async (...path: string[]) => (await stat(join(folder, ...path))).mode & 0o777;

describe('a profile', () => {
  it('says where, as whom and in which language, until the command line says otherwise', async () => {
    await writeKey(0o600);
    const added = await type(
      add('system', '--key-file', 'key.pem', '--key-id', 'k1', '--as', 'post:DJ', '--lang', 'fr'),
    );
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(await modeOf('config', 'chappe', 'profiles.json')).toBe(0o600);
    expect(await modeOf('config', 'chappe')).toBe(0o700);

    const asked = await type(['whoami']);
    expect(asked).toMatchObject({ code: 0, err: '' });
    expect(asked.out).toContain('pour post:DJ (Djibouti)');
    expect(chappe.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'chappe-acting-as': 'post:DJ',
    });
    expect((await type(['whoami', '--lang', 'en', '--as', 'desk:duty'])).out).toContain('acting for');
    expect(chappe.requests[1]?.headers['chappe-acting-as']).toBe('desk:duty');
  });

  it('is listed, chosen and removed with what was kept for it', async () => {
    await writeKey(0o600);
    await type(add('one', '--key-file', 'key.pem', '--encrypt-key'), { CHAPPE_PASSPHRASE: passphrase });
    await type(add('two', '--as', 'post:CI'));
    expect((await type(['profile', 'use', 'two'])).code).toBe(0);
    const listed = JSON.parse((await type(['profile', 'list', '--json'])).out);
    expect(listed.items).toMatchObject([
      { name: 'one', inUse: false, signIn: 'key' },
      { name: 'two', inUse: true, signIn: 'browser', as: 'post:CI' },
    ]);
    expect((await type(['profile', 'remove', 'one'])).code).toBe(0);
    await expect(stat(join(folder, 'config', 'chappe', 'keys', 'one.pem'))).rejects.toThrow('ENOENT');
    expect(await stat(join(folder, 'key.pem'))).toBeDefined();
    expect(await type(['profile', 'use', 'one'])).toMatchObject({ code: 2 });
    expect(await type(['whoami', '--profile', 'one'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('choose one of: two'),
    });
  });

  it('never takes its credentials to another address', async () => {
    await writeKey(0o600);
    await type(add('system', '--key-file', 'key.pem'));
    const named = await type(['whoami', '--profile', 'system', '--url', 'https://elsewhere.example']);
    expect(named).toMatchObject({
      code: 2,
      err: expect.stringContaining('not for https://elsewhere.example'),
    });
    const unnamed = await type(['whoami', '--url', 'https://elsewhere.example']);
    expect(unnamed).toMatchObject({ code: 2, err: expect.stringContaining('nothing to sign in with') });
    expect(provider.requests).toEqual([]);
  });

  it.each([
    [['--url', 'http://chappe.example'], 'not an https address'],
    [['--issuer', 'id.example'], 'not an https address'],
    [['--encrypt-key'], '--key-file'],
    [['--key-file', 'absent.pem'], 'cannot read the key'],
  ])('is not made with %j', async (more, words) => {
    expect(await type(add('p', ...more))).toMatchObject({ code: 2, err: expect.stringContaining(words) });
    expect((await type(['profile', 'list'])).out).toBe('There is no profile.\n');
  });

  it('says which file is broken', async () => {
    await type(add('p'));
    await writeFile(join(folder, 'config', 'chappe', 'profiles.json'), '{"profiles": {"p": 1}}');
    expect(await type(['whoami'])).toMatchObject({ code: 2, err: expect.stringContaining('profiles.json') });
  });
});

describe('a key on the disk', () => {
  it.each([0o644, 0o640, 0o604])('is refused in clear when others can read it (%o)', async (mode) => {
    await writeKey(mode);
    const refused = await type(add('system', '--key-file', 'key.pem'));
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("chmod 600 '") });
    const jwk = { ...(await exportJWK(keys.privateKey)), kid: 'k1', alg: 'ES256' };
    await writeKey(mode, JSON.stringify(jwk));
    const env = {
      CHAPPE_URL: chappe.url,
      CHAPPE_ISSUER: provider.url,
      CHAPPE_CLIENT_ID: 'demo-post-DJ',
      CHAPPE_CLIENT_KEY_FILE: 'key.pem',
    };
    expect(await type(['whoami'], env)).toMatchObject({ code: 2, err: expect.stringContaining('chmod 600') });
    await chmod(join(folder, 'key.pem'), 0o600);
    expect(await type(['whoami'], env)).toMatchObject({ code: 0, err: '' });
  });

  it('is kept encrypted in the standard form, and opened by its passphrase alone', async () => {
    await writeKey(0o600);
    const env = { CHAPPE_PASSPHRASE: passphrase };
    expect(
      (await type(add('system', '--key-file', 'key.pem', '--key-id', 'k1', '--encrypt-key'), env)).code,
    ).toBe(0);
    await rm(join(folder, 'key.pem'));
    const kept = join(folder, 'config', 'chappe', 'keys', 'system.pem');
    const pem = await readFile(kept, 'utf8');
    expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(createPrivateKey({ key: pem, passphrase }).equals(keys.privateKey)).toBe(true);
    // Encrypted, it may be read by others.
    await chmod(kept, 0o644);
    expect((await type(['whoami'], env)).code).toBe(0);
    expect(await type(['whoami'], { CHAPPE_PASSPHRASE: 'another passphrase' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not open'),
    });
    expect(await type(['whoami'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('set CHAPPE_PASSPHRASE'),
    });
  });

  it('is not kept behind a short passphrase, and nothing that is no key is kept at all', async () => {
    await writeKey(0o600);
    const short = await type(add('p', '--key-file', 'key.pem', '--encrypt-key'), {
      CHAPPE_PASSPHRASE: 'short',
    });
    expect(short).toMatchObject({ code: 2, err: expect.stringContaining('at least 12') });
    await writeKey(0o600, JSON.stringify(await exportJWK(keys.publicKey)));
    const open = await type(add('p', '--key-file', 'key.pem'));
    expect(open).toMatchObject({ code: 2, err: expect.stringContaining('is no private key') });
  });
});
