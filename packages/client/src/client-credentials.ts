import { importJWK, type JWK, SignJWT } from 'jose';
import { createTokenCache } from './token-cache.ts';
import { requestToken, tokenEndpointOf } from './token-endpoint.ts';
import type { TokenProvider } from './transport.ts';

/** A system's own credentials: its key never leaves it (`private_key_jwt`, RFC 7523). */
export interface ClientCredentials {
  readonly issuer: string;
  readonly clientId: string;
  /** The private key; `alg` and `kid` are taken from it. */
  readonly privateJwk: JWK;
  /** The audience wanted in the token; without it a provider may give an opaque one. */
  readonly resource: string;
  readonly scope?: string;
  readonly timeoutMs?: number;
  readonly fetch?: typeof fetch;
}

/** Access tokens for a system, kept until shortly before they expire and then renewed. */
export function clientCredentials(credentials: ClientCredentials): TokenProvider {
  const request = credentials.fetch ?? fetch;
  const timeoutMs = credentials.timeoutMs ?? 10_000;
  return createTokenCache(async () => {
    const endpoint = await tokenEndpointOf(credentials.issuer, request, timeoutMs);
    return requestToken(request, endpoint, timeoutMs, {
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertionOf(credentials),
      resource: credentials.resource,
      ...(credentials.scope === undefined ? {} : { scope: credentials.scope }),
    });
  });
}

async function assertionOf({ issuer, clientId, privateJwk }: ClientCredentials): Promise<string> {
  const algorithm = privateJwk.alg ?? 'ES256';
  const key = await importJWK(privateJwk, algorithm);
  return new SignJWT()
    .setProtectedHeader({ alg: algorithm, ...(privateJwk.kid === undefined ? {} : { kid: privateJwk.kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('60s')
    .sign(key);
}
