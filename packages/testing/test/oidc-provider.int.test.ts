import { createHash, randomUUID } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSigningKey, type RunningOidcProvider, startOidcProvider } from '../src/index.ts';

const account = { subject: 'demo-officer-post-DJ', username: 'officer-post-DJ', password: 'demo-right' };
const redirectUri = 'http://127.0.0.1/callback';
const verifier = 'v'.repeat(64);

describe('the OpenID provider', () => {
  let provider: RunningOidcProvider;
  let systemKey: { privateJwk: JWK; publicJwk: JWK };
  beforeAll(async () => {
    systemKey = await createSigningKey('demo-post-DJ');
    provider = await startOidcProvider({
      accounts: [account],
      systems: [{ clientId: 'demo-post-DJ', publicJwk: systemKey.publicJwk }],
      publicClients: [{ clientId: 'demo-chappe-cli', redirectUris: [redirectUri], native: true }],
    });
  });
  afterAll(() => provider.stop());

  const verify = (token: string) =>
    jwtVerify(token, createRemoteJWKSet(new URL(provider.jwksUrl)), {
      issuer: provider.issuer,
      audience: 'urn:chappe:api',
      typ: 'at+jwt',
    });
  const askForToken = async (form: Record<string, string>) => {
    const response = await fetch(`${provider.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const body: Record<string, string> = JSON.parse(await response.text());
    return { status: response.status, body };
  };
  const walk = async (password: string, changes: Record<string, string> = {}) => {
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: 'demo-chappe-cli',
      redirect_uri: redirectUri,
      scope: 'openid',
      resource: 'urn:chappe:api',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...changes,
    });
    for (const [name, value] of [...query]) if (value === '') query.delete(name);
    const cookies = new Map<string, string>();
    let url = `${provider.issuer}/auth?${query}`;
    let body: URLSearchParams | undefined;
    for (let step = 0; step < 8; step += 1) {
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; '), 'accept-language': 'en' },
        ...(body ? { method: 'POST', body } : {}),
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        cookies.set(name, value);
      }
      const location = response.headers.get('location');
      if (location?.startsWith(redirectUri)) return new URL(location).searchParams;
      const page = await response.text();
      if (location === null && (body !== undefined || !page.includes('<form'))) return page;
      body = location === null ? new URLSearchParams({ username: account.username, password }) : undefined;
      url = new URL(location ?? url, url).href;
    }
    throw new Error('the walk did not end');
  };

  it('gives a person who signs in with code and PKCE a JWT access token of five minutes', async () => {
    const answer = await walk(account.password);
    const code = answer instanceof URLSearchParams ? (answer.get('code') ?? '') : '';
    const form = {
      grant_type: 'authorization_code',
      client_id: 'demo-chappe-cli',
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    };
    const { body } = await askForToken(form);
    const { payload } = await verify(body.access_token ?? '');
    expect(payload).toMatchObject({ sub: account.subject, client_id: 'demo-chappe-cli' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
    await expect(verify(body.id_token ?? '')).rejects.toThrow();
    expect((await askForToken(form)).body.error).toBe('invalid_grant');
  });

  it('refuses a wrong password, a missing challenge, a wrong verifier and another resource', async () => {
    expect(await walk('demo-wrong')).toContain('Wrong user name or password');
    const unprotected = await walk(account.password, { code_challenge: '', code_challenge_method: '' });
    expect(unprotected.toString()).toContain('invalid_request');
    const other = await walk(account.password, { resource: 'urn:another:api' });
    expect(other.toString()).toContain('invalid_target');
    const answer = await walk(account.password);
    const code = answer instanceof URLSearchParams ? (answer.get('code') ?? '') : '';
    const { body } = await askForToken({
      grant_type: 'authorization_code',
      client_id: 'demo-chappe-cli',
      redirect_uri: redirectUri,
      code,
      code_verifier: 'w'.repeat(64),
    });
    expect(body.error).toBe('invalid_grant');
  });

  it('knows no password grant', async () => {
    const { status, body } = await askForToken({
      grant_type: 'password',
      client_id: 'demo-chappe-cli',
      username: account.username,
      password: account.password,
    });
    expect([status, body.error]).toEqual([400, 'unsupported_grant_type']);
  });

  it('gives a system that signs with its key a token of its own, once per assertion', async () => {
    const assertion = await assertionOf(provider.issuer, systemKey.privateJwk);
    const form = {
      grant_type: 'client_credentials',
      client_id: 'demo-post-DJ',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
      resource: 'urn:chappe:api',
    };
    const { body } = await askForToken(form);
    expect(decodeProtectedHeader(body.access_token ?? '')).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    const { payload } = await verify(body.access_token ?? '');
    expect(payload).toMatchObject({ sub: 'demo-post-DJ', client_id: 'demo-post-DJ' });
    expect((await askForToken(form)).body.error).toBe('invalid_client');
    const stolen = await assertionOf(provider.issuer, (await createSigningKey('demo-post-DJ')).privateJwk);
    expect((await askForToken({ ...form, client_assertion: stolen })).body.error).toBe('invalid_client');
  });
});

async function assertionOf(audience: string, jwk: JWK): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: 'demo-post-DJ' })
    .setIssuer('demo-post-DJ')
    .setSubject('demo-post-DJ')
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(await importJWK(jwk, 'ES256'));
}
