import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { type ScriptedProvider, startScriptedProvider } from '../test/scripted-provider.ts';
import { authorizationCodeWithPassword } from './authorization-code.ts';
import { clientCredentials } from './client-credentials.ts';
import { createTokenCache } from './token-cache.ts';

const redirectUri = 'http://127.0.0.1:1/callback';
const resource = 'urn:chappe:api';

describe('signing a demonstration account in', () => {
  let provider: ScriptedProvider;
  afterEach(() => provider.stop());

  const tokenFor = (password: string, issuer = provider.url) =>
    authorizationCodeWithPassword({
      issuer,
      clientId: 'demo-cli',
      redirectUri,
      resource,
      login: 'officer',
      password,
    })();

  it('walks the pages with code and PKCE and keeps the token', async () => {
    provider = await startScriptedProvider({ password: 'p"&<ss' });
    const token = authorizationCodeWithPassword({
      issuer: provider.url,
      clientId: 'demo-cli',
      redirectUri,
      resource,
      login: 'officer',
      password: 'p"&<ss',
    });
    expect([await token(), await token()]).toEqual(['token-1', 'token-1']);
    expect(await token({ renew: true })).toBe('token-2');
  });

  it('says that the password is wrong, and sends it once', async () => {
    provider = await startScriptedProvider({ password: 'right' });
    await expect(tokenFor('wrong')).rejects.toMatchObject({ name: 'SignInRefused', code: 'access_denied' });
    expect(
      provider.requests.filter(({ method, path }) => method === 'POST' && path === '/login'),
    ).toHaveLength(1);
  });

  it('does not take a password elsewhere: the description must be of the issuer itself', async () => {
    provider = await startScriptedProvider({ password: 'p' });
    const other = provider.url.replace('127.0.0.1', 'localhost');
    await expect(tokenFor('p', other)).rejects.toMatchObject({ code: 'issuer-mismatch' });
    expect(provider.requests.every(({ method }) => method === 'GET')).toBe(true);
  });
});

describe("a system's own credentials", () => {
  let provider: ScriptedProvider;
  afterEach(() => provider.stop());

  it('signs an assertion with its key, and asks once for callers at the same time', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    provider = await startScriptedProvider({
      password: '',
      clientJwk: { ...(await exportJWK(publicKey)), kid: 'k1' },
    });
    const privateJwk = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'ES256' };
    const token = clientCredentials({ issuer: provider.url, clientId: 'demo-post-DJ', privateJwk, resource });
    expect(await Promise.all([token(), token(), token()])).toEqual(['token-1', 'token-1', 'token-1']);
    expect(provider.issuedTokens()).toBe(1);
  });

  it('is refused with another key, and tells the reason of the provider', async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const other = await generateKeyPair('ES256', { extractable: true });
    provider = await startScriptedProvider({ password: '', clientJwk: await exportJWK(pair.publicKey) });
    const privateJwk = { ...(await exportJWK(other.privateKey)), alg: 'ES256' };
    const token = clientCredentials({ issuer: provider.url, clientId: 'demo-post-DJ', privateJwk, resource });
    await expect(token()).rejects.toMatchObject({ name: 'SignInRefused', code: 'invalid_client' });
  });
});

describe('keeping a token', () => {
  it('renews it before it expires, not after', async () => {
    let nowMs = 0;
    let made = 0;
    const token = createTokenCache(
      async () => ({ accessToken: `t${++made}`, expiresInS: 300 }),
      () => nowMs,
    );
    expect(await token()).toBe('t1');
    nowMs = 269_000;
    expect(await token()).toBe('t1');
    nowMs = 270_001;
    expect(await token()).toBe('t2');
  });

  it('uses a token of short life for half of it', async () => {
    let nowMs = 0;
    let made = 0;
    const token = createTokenCache(
      async () => ({ accessToken: `t${++made}`, expiresInS: 10 }),
      () => nowMs,
    );
    await token();
    nowMs = 4_999;
    expect(await token()).toBe('t1');
    nowMs = 5_001;
    expect(await token()).toBe('t2');
  });

  it('forgets a failure, so that the next caller tries again', async () => {
    let made = 0;
    const token = createTokenCache(async () => {
      made += 1;
      if (made === 1) throw new Error('provider down');
      return { accessToken: 'good', expiresInS: 300 };
    });
    await expect(token()).rejects.toThrow('provider down');
    expect(await token()).toBe('good');
  });
});
