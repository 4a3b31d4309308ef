import { createSigningKey, type RunningOidcProvider, startOidcProvider } from '@chappe/testing';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizationCodeWithPassword, clientCredentials } from '../src/index.ts';

const redirectUri = 'http://127.0.0.1/callback';

describe('signing in with the real provider of the local stack', () => {
  let provider: RunningOidcProvider;
  let keys: Awaited<ReturnType<typeof createSigningKey>>;
  beforeAll(async () => {
    keys = await createSigningKey('system');
    provider = await startOidcProvider({
      accounts: [{ subject: 'demo-officer-post-DJ', username: 'officer', password: 'p&"ss' }],
      systems: [{ clientId: 'demo-post-DJ', publicJwk: keys.publicJwk }],
      publicClients: [{ clientId: 'demo-cli', redirectUris: [redirectUri], native: true }],
    });
  });
  afterAll(() => provider.stop());

  it('gives an officer an access token that says who, for the API', async () => {
    const { issuer, resource } = provider;
    const account = {
      issuer,
      resource,
      clientId: 'demo-cli',
      redirectUri,
      login: 'officer',
      password: 'p&"ss',
    };
    const token = await authorizationCodeWithPassword(account)();
    expect(decodeProtectedHeader(token).typ).toBe('at+jwt');
    expect(decodeJwt(token)).toMatchObject({
      sub: 'demo-officer-post-DJ',
      aud: resource,
      client_id: 'demo-cli',
    });
  });

  it('refuses a wrong password in words', async () => {
    const { issuer, resource } = provider;
    const account = {
      issuer,
      resource,
      clientId: 'demo-cli',
      redirectUri,
      login: 'officer',
      password: 'wrong',
    };
    await expect(authorizationCodeWithPassword(account)()).rejects.toMatchObject({ code: 'access_denied' });
  });

  it('gives a system a token of its own', async () => {
    const { issuer, resource } = provider;
    const token = await clientCredentials({
      issuer,
      clientId: 'demo-post-DJ',
      privateJwk: keys.privateJwk,
      resource,
    })();
    expect(decodeJwt(token)).toMatchObject({ sub: 'demo-post-DJ', client_id: 'demo-post-DJ', aud: resource });
  });
});
