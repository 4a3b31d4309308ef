import { createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** What a token says; all of it has a valid default. */
export interface TokenWishes {
  /** A person's subject; without it, and with `clientId`, the token is the client's own. */
  subject?: string;
  clientId?: string;
  audience?: string;
  expiresInS?: number;
  issuedAgoS?: number;
  claims?: JWTPayload;
}

/** The ways in which a token can be unacceptable. */
export type Defect =
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-audience'
  | 'wrong-issuer'
  | 'id-token'
  | 'no-type'
  | 'algorithm-none'
  | 'hmac-with-public-key'
  | 'tampered'
  | 'unknown-key'
  | 'same-key-id-other-key'
  | 'no-subject'
  | 'no-client-id'
  | 'no-expiry'
  | 'critical-extension';

/** An issuer whose only parts are a key set, a discovery document and the power to mint anything. */
export interface TestIssuer {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly audience: string;
  /** How often the key set was fetched. */
  jwksRequests(): number;
  mint(wishes?: TokenWishes): Promise<string>;
  /** A token that is right but for one defect. */
  mintBad(defect: Defect, wishes?: TokenWishes): Promise<string>;
  /** Replaces the signing key by a new one, as an issuer does from time to time. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an issuer on loopback, in this process. */
export async function createTestIssuer(
  options: { audience?: string; port?: number } = {},
): Promise<TestIssuer> {
  const audience = options.audience ?? 'urn:chappe:api';
  let key = await signingKey();
  let jwksRequests = 0;
  const server = createServer((request, response) => {
    const answer = (body: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.url === '/jwks') {
      jwksRequests += 1;
      answer({ keys: [key.publicJwk] });
    } else if (request.url === '/.well-known/openid-configuration') {
      answer({ issuer, jwks_uri: `${issuer}/jwks`, id_token_signing_alg_values_supported: ['ES256'] });
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the issuer has no port');
  const issuer = `http://127.0.0.1:${address.port}`;
  server.unref();

  const claimsFor = (wishes: TokenWishes): JWTPayload => {
    const nowS = Math.floor(Date.now() / 1000) - (wishes.issuedAgoS ?? 0);
    const clientId = wishes.clientId ?? 'demo-chappe-cli';
    return {
      iss: issuer,
      aud: wishes.audience ?? audience,
      sub: wishes.subject ?? clientId,
      client_id: clientId,
      iat: nowS,
      exp: nowS + (wishes.expiresInS ?? 300),
      jti: randomUUID(),
      ...wishes.claims,
    };
  };
  const sign = (claims: JWTPayload, header: Record<string, unknown> = {}, signer = key): Promise<string> =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: signer.kid, ...header })
      .sign(signer.privateKey);

  const bad: Record<Defect, (claims: JWTPayload) => Promise<string>> = {
    expired: (claims) => sign({ ...claims, iat: (claims.iat ?? 0) - 900, exp: (claims.iat ?? 0) - 600 }),
    'not-yet-valid': (claims) => sign({ ...claims, nbf: (claims.iat ?? 0) + 600 }),
    'wrong-audience': (claims) => sign({ ...claims, aud: 'urn:another:api' }),
    'wrong-issuer': (claims) => sign({ ...claims, iss: 'http://127.0.0.1:1' }),
    'id-token': (claims) => sign(claims, { typ: 'JWT' }),
    'no-type': (claims) => sign(claims, { typ: undefined }),
    'algorithm-none': async (claims) => `${encode({ alg: 'none', typ: 'at+jwt' })}.${encode(claims)}.`,
    'hmac-with-public-key': async (claims) => {
      const input = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: key.kid })}.${encode(claims)}`;
      const secret = await exportSPKI(key.publicKey);
      return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    },
    tampered: async (claims) => {
      const [header, , signature] = (await sign(claims)).split('.');
      return `${header}.${encode({ ...claims, sub: 'somebody-else' })}.${signature}`;
    },
    'unknown-key': async (claims) => sign(claims, {}, await signingKey()),
    'same-key-id-other-key': async (claims) => sign(claims, {}, { ...(await signingKey()), kid: key.kid }),
    'no-subject': ({ sub: _, ...claims }) => sign(claims),
    'no-client-id': ({ client_id: _, ...claims }) => sign(claims),
    'no-expiry': ({ exp: _, ...claims }) => sign(claims),
    'critical-extension': async (claims) => {
      // jose refuses to sign a header it does not understand, so the signature is made by hand.
      const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid, crit: ['urn:x'], 'urn:x': true };
      const input = `${encode(header)}.${encode(claims)}`;
      const bytes = await crypto.subtle.sign(
        { name: 'ECDSA', hash: 'SHA-256' },
        key.privateKey,
        new TextEncoder().encode(input),
      );
      return `${input}.${Buffer.from(bytes).toString('base64url')}`;
    },
  };
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    audience,
    jwksRequests: () => jwksRequests,
    mint: (wishes = {}) => sign(claimsFor(wishes)),
    mintBad: (defect, wishes = {}) => bad[defect](claimsFor(wishes)),
    async rotate() {
      key = await signingKey();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function signingKey() {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = randomUUID();
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  return { kid, publicKey, privateKey, publicJwk };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
