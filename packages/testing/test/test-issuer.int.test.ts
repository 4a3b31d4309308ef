import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestIssuer, type Defect, type TestIssuer } from '../src/index.ts';

const refusals: Record<Defect, RegExp> = {
  expired: /"exp" claim timestamp check failed/,
  'not-yet-valid': /"nbf" claim/,
  'wrong-audience': /unexpected "aud"/,
  'wrong-issuer': /unexpected "iss"/,
  'id-token': /unexpected "typ"/,
  'no-type': /unexpected "typ"/,
  'algorithm-none': /alg/i,
  'hmac-with-public-key': /"alg" \(Algorithm\) Header Parameter value not allowed/,
  tampered: /signature verification failed/,
  'unknown-key': /no applicable key/,
  'same-key-id-other-key': /signature verification failed/,
  'no-subject': /missing required "sub"/,
  'no-client-id': /missing required "client_id"/,
  'no-expiry': /missing required "exp"/,
  'critical-extension': /is not recognized/,
};

describe('the issuer for service tests', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await createTestIssuer();
  });
  afterAll(() => issuer.stop());

  const verify = (token: string) =>
    jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUrl)), {
      issuer: issuer.issuer,
      audience: issuer.audience,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['sub', 'client_id', 'exp'],
    });

  it('mints tokens of persons and of systems that verify', async () => {
    const person = await verify(await issuer.mint({ subject: 'demo-officer', clientId: 'demo-cli' }));
    expect(person.payload).toMatchObject({ sub: 'demo-officer', client_id: 'demo-cli' });
    const system = await verify(await issuer.mint({ clientId: 'demo-post-DJ' }));
    expect(system.payload).toMatchObject({ sub: 'demo-post-DJ', client_id: 'demo-post-DJ' });
  });

  it.each(Object.entries(refusals))('mints a token with the defect %s alone', async (defect, reason) => {
    await expect(verify(await issuer.mintBad(defect as Defect))).rejects.toThrow(reason);
  });

  it('signs with a new key after a rotation', async () => {
    const old = await issuer.mint();
    await issuer.rotate();
    await expect(verify(old)).rejects.toThrow(/no applicable key/);
    await expect(verify(await issuer.mint())).resolves.toBeDefined();
  });
});
