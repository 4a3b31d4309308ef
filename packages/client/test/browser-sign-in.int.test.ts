import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningOidcProvider, startOidcProvider } from '@chappe/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { walkSignInPages } from '../src/authorization-code.ts';
import { startChappe } from './run-chappe.ts';

describe('a person who signs in in the browser, with the real provider of the local stack', () => {
  let provider: RunningOidcProvider;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chappe-browser-'));
    env = { XDG_CONFIG_HOME: join(folder, 'config'), XDG_CACHE_HOME: join(folder, 'cache'), BROWSER: 'none' };
    provider = await startOidcProvider({
      accounts: [{ subject: 'demo-officer-post-DJ', username: 'officer', password: 'pass' }],
      systems: [],
      publicClients: [{ clientId: 'demo-cli', redirectUris: ['http://127.0.0.1/callback'], native: true }],
    });
    const { issuer, resource } = provider;
    const add = ['profile', 'add', 'me', '--url', 'http://127.0.0.1:9', '--issuer', issuer];
    const added = await startChappe([...add, '--client-id', 'demo-cli', '--resource', resource], { env })
      .ended;
    expect(added).toMatchObject({ code: 0, err: '' });
  });
  afterAll(async () => {
    await provider?.stop();
    await rm(folder, { recursive: true });
  });

  it('gets a token for the API through a port of this machine, and keeps it for its few minutes', async () => {
    const running = startChappe(['token'], { env });
    const shown = () => /^ {2}(http\S+)$/m.exec(running.errors())?.[1];
    await expect.poll(shown, { timeout: 20_000 }).toBeDefined();
    const start = new URL(shown() ?? '');
    const redirectUri = start.searchParams.get('redirect_uri') ?? '';
    expect(redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect(start.searchParams.get('code_challenge_method')).toBe('S256');

    // Somebody else's answer is not taken for this sign-in's.
    expect((await fetch(`${redirectUri}?code=stolen&state=other`)).status).toBe(404);
    const { issuer } = provider;
    const back = await walkSignInPages(
      { issuer, redirectUri, login: 'officer', password: 'pass' },
      start,
      fetch,
      10_000,
    );
    expect(await (await fetch(back)).text()).toContain('You are signed in');

    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(decodeJwt(out.trim())).toMatchObject({ sub: 'demo-officer-post-DJ', aud: provider.resource });
    const kept = join(folder, 'cache', 'chappe', 'token-me.json');
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    expect(await readFile(kept, 'utf8')).not.toContain('refresh');
    // The next command asks nobody.
    expect(await startChappe(['token'], { env }).ended).toMatchObject({ code: 0, out, err: '' });
    await expect(fetch(redirectUri)).rejects.toThrow();
  }, 60_000);
});
