import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTokenVerifier } from './create-token-verifier.ts';

const issuer = 'https://id.example';
const audience = 'urn:chappe:api';
const nowMs = Date.UTC(2026, 0, 5, 2, 0);
const nowS = nowMs / 1000;

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
let keys: Keys;
let strangers: Keys;
beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  strangers = await generateKeyPair('ES256');
});

const claims: JWTPayload = {
  iss: issuer,
  sub: 'officer-1',
  client_id: 'console',
  aud: audience,
  iat: nowS - 10,
  exp: nowS + 290,
};

function mint(
  changes: JWTPayload = {},
  { typ = 'at+jwt', kid = 'k1', privateKey = keys.privateKey } = {},
): Promise<string> {
  return new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: 'ES256', typ, kid })
    .sign(privateKey);
}

function given({ status = 200 } = {}) {
  const fetched: string[] = [];
  const clock = { nowMs };
  const fakeFetch = async (input: string | URL | Request): Promise<Response> => {
    const url = String(input instanceof Request ? input.url : input);
    fetched.push(url);
    if (status !== 200) return new Response('', { status });
    if (url.endsWith('/.well-known/openid-configuration'))
      return Response.json({ jwks_uri: `${issuer}/jwks` });
    return Response.json({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] });
  };
  const verify = createTokenVerifier({ issuer, audience, nowMs: () => clock.nowMs, fetch: fakeFetch });
  return { verify, fetched, clock };
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an access token', () => {
  it('says who, once it is verified', async () => {
    const { verify } = given();
    expect(await verify(await mint())).toEqual({
      status: 'verified',
      issuer,
      subject: 'officer-1',
      clientId: 'console',
      expiresAtMs: (nowS + 290) * 1000,
    });
  });

  it.each<[string, () => string | Promise<string>, string]>([
    ['expired', () => mint({ iat: nowS - 400, exp: nowS - 100 }), 'token-expired'],
    ['for another audience', () => mint({ aud: 'urn:other' }), 'token-audience'],
    ['from another issuer', () => mint({ iss: 'https://other.example' }), 'token-issuer'],
    ['an ID token', () => mint({}, { typ: 'JWT' }), 'token-not-access-token'],
    ['signed by a stranger', () => mint({}, { privateKey: strangers.privateKey }), 'token-signature'],
    ['of an unknown key', () => mint({}, { kid: 'k9' }), 'token-signature'],
    ['living longer than five minutes', () => mint({ exp: nowS + 3600 }), 'token-lifetime'],
    ['without a client', () => mint({ client_id: '' }), 'token-invalid'],
    ['from the future', () => mint({ iat: nowS + 60, exp: nowS + 120 }), 'token-invalid'],
    [
      'with the algorithm none',
      () => `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(claims)}.`,
      'token-algorithm',
    ],
    [
      'with a shared-secret algorithm',
      () => `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${encode(claims)}.AAAA`,
      'token-algorithm',
    ],
    ['opaque', () => 'a-token-that-is-not-a-jwt', 'token-invalid'],
    ['huge', () => 'x'.repeat(9_000), 'token-invalid'],
    [
      'tampered with',
      async () => {
        const [header, , signature] = (await mint()).split('.');
        return `${header}.${encode({ ...claims, sub: 'somebody-else' })}.${signature}`;
      },
      'token-signature',
    ],
  ])('is refused when it is %s', async (_what, make, code) => {
    const { verify } = given();
    expect(await verify(await make())).toEqual({ status: 'refused', code });
  });

  it('is remembered for its signature but not past its end', async () => {
    const { verify, clock } = given();
    const token = await mint({ exp: nowS + 20 });
    expect((await verify(token)).status).toBe('verified');
    clock.nowMs += 24_000;
    expect((await verify(token)).status).toBe('verified');
    clock.nowMs += 2_000;
    expect(await verify(token)).toEqual({ status: 'refused', code: 'token-expired' });
  });

  it('costs one look at the keys, not one per token, even when the key is unknown', async () => {
    const { verify, fetched } = given();
    await verify(await mint());
    for (let count = 0; count < 5; count++)
      await verify(await mint({ jti: String(count) }, { kid: `unknown-${count}` }));
    expect(fetched).toEqual([`${issuer}/.well-known/openid-configuration`, `${issuer}/jwks`]);
  });

  it('is neither accepted nor called bad while the keys cannot be read', async () => {
    const { verify } = given({ status: 500 });
    expect(await verify(await mint())).toEqual({ status: 'refused', code: 'unavailable' });
  });
});
