import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import type { ProblemCode } from '../problems/catalogue.ts';

/** What a verified access token says: who, never what they may do. */
export interface VerifiedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly clientId: string;
  readonly expiresAtMs: number;
}

/** Why a token was refused: a code of the problem catalogue. `unavailable`: the keys cannot be fetched. */
export type TokenRefusal = Extract<ProblemCode, `token-${string}` | 'unavailable'>;

/** The verdict on a token. */
export type TokenVerdict =
  | ({ readonly status: 'verified' } & VerifiedToken)
  | { readonly status: 'refused'; readonly code: TokenRefusal };

/** Verifies one access token. */
export type TokenVerifier = (token: string) => Promise<TokenVerdict>;

/** What is expected of a token; `nowMs` and `fetch` are there for tests. */
export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly jwksUrl?: string | undefined;
  readonly audience: string;
  readonly clockToleranceS?: number | undefined;
  readonly nowMs?: () => number;
  readonly fetch?: typeof fetch;
}

const algorithms = ['ES256', 'RS256', 'PS256', 'EdDSA'];
const longestLifetimeS = 300;
const longestToken = 8192;
/** A verified signature is believed this long: bounds how long a withdrawn key is still honoured. */
const rememberMs = 60_000;
const rememberedTokens = 5_000;

/**
 * Verifies access tokens (RFC 9068) against the issuer's published keys. Keys are fetched once and
 * again, at most twice a minute, when an unknown one appears. A verified token is remembered for a
 * minute at most, because checking a signature costs more than all the rest of a request; its times
 * are still checked on every use.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const nowMs = options.nowMs ?? Date.now;
  const toleranceMs = (options.clockToleranceS ?? 5) * 1000;
  const keys = issuerKeys(options);
  const remembered = new Map<string, { verdict: TokenVerdict & { status: 'verified' }; untilMs: number }>();

  function recall(token: string): TokenVerdict | undefined {
    const entry = remembered.get(token);
    if (entry === undefined) return undefined;
    const now = nowMs();
    if (now >= entry.verdict.expiresAtMs + toleranceMs) return { status: 'refused', code: 'token-expired' };
    if (now < entry.untilMs) return entry.verdict;
    remembered.delete(token);
    return undefined;
  }

  function remember(token: string, verdict: TokenVerdict & { status: 'verified' }): void {
    if (remembered.size >= rememberedTokens) {
      const oldest = remembered.keys().next().value;
      if (oldest !== undefined) remembered.delete(oldest);
    }
    remembered.set(token, { verdict, untilMs: nowMs() + rememberMs });
  }

  return async (token) => {
    const known = recall(token);
    if (known !== undefined) return known;
    if (token.length > longestToken) return { status: 'refused', code: 'token-invalid' };
    const verdict = await verify(token, options, { keys, nowMs, toleranceMs });
    if (verdict.status === 'verified') remember(token, verdict);
    return verdict;
  };
}

interface VerifyContext {
  keys: ReturnType<typeof issuerKeys>;
  nowMs: () => number;
  toleranceMs: number;
}

async function verify(
  token: string,
  options: TokenVerifierOptions,
  context: VerifyContext,
): Promise<TokenVerdict> {
  try {
    const header = headerOf(token);
    if (header === undefined) return { status: 'refused', code: 'token-invalid' };
    if (typeof header.alg !== 'string' || !algorithms.includes(header.alg)) {
      return { status: 'refused', code: 'token-algorithm' };
    }
    if (!isAccessTokenType(header.typ)) return { status: 'refused', code: 'token-not-access-token' };
    const { payload } = await jwtVerify(token, await context.keys(), {
      algorithms,
      issuer: options.issuer,
      audience: options.audience,
      clockTolerance: context.toleranceMs / 1000,
      currentDate: new Date(context.nowMs()),
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    return verdictOn(payload, options.issuer, context);
  } catch (error) {
    return { status: 'refused', code: refusalFor(error) };
  }
}

function verdictOn(payload: JWTPayload, issuer: string, context: VerifyContext): TokenVerdict {
  const { sub, exp, iat } = payload;
  const clientId = payload.client_id;
  if (sub === undefined || sub === '' || typeof clientId !== 'string' || clientId === '') {
    return { status: 'refused', code: 'token-invalid' };
  }
  if (exp === undefined || iat === undefined) return { status: 'refused', code: 'token-invalid' };
  if (exp - iat > longestLifetimeS) return { status: 'refused', code: 'token-lifetime' };
  if (iat * 1000 > context.nowMs() + context.toleranceMs) return { status: 'refused', code: 'token-invalid' };
  return { status: 'verified', issuer, subject: sub, clientId, expiresAtMs: exp * 1000 };
}

function headerOf(token: string): Record<string, unknown> | undefined {
  const [encoded, , , ...rest] = token.split('.');
  if (encoded === undefined || rest.length > 0) return undefined;
  try {
    const header: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
    return typeof header === 'object' && header !== null ? { ...header } : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 9068 section 4: `at+jwt` or its full media type, case aside. */
function isAccessTokenType(typ: unknown): boolean {
  return typeof typ === 'string' && ['at+jwt', 'application/at+jwt'].includes(typ.toLowerCase());
}

function refusalFor(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'token-expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'token-audience';
    if (error.claim === 'iss') return 'token-issuer';
    return 'token-invalid';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'token-signature';
  // A key id that the issuer does not publish proves as little as a signature that does not verify.
  if (error instanceof errors.JWKSNoMatchingKey) return 'token-signature';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'token-algorithm';
  if (error instanceof errors.JWKSTimeout || error instanceof KeysUnavailable) return 'unavailable';
  if (error instanceof errors.JOSEError)
    return error.code === 'ERR_JOSE_GENERIC' ? 'unavailable' : 'token-invalid';
  return 'unavailable';
}

class KeysUnavailable extends Error {}

/** The issuer's keys; its discovery document is read at first use, and again only if that failed. */
function issuerKeys(options: TokenVerifierOptions): () => Promise<ReturnType<typeof createRemoteJWKSet>> {
  const fetchImpl = options.fetch ?? fetch;
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  async function open(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const url = options.jwksUrl ?? (await discoverKeys(options.issuer, fetchImpl));
    return createRemoteJWKSet(new URL(url), {
      cooldownDuration: 30_000,
      cacheMaxAge: 600_000,
      timeoutDuration: 3_000,
      [customFetch]: fetchImpl,
    });
  }
  return () => {
    keys ??= open().catch((error: unknown) => {
      keys = undefined;
      throw new KeysUnavailable('the keys of the issuer cannot be read', { cause: error });
    });
    return keys;
  };
}

async function discoverKeys(issuer: string, fetchImpl: typeof fetch): Promise<string> {
  const response = await fetchImpl(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(3_000),
    redirect: 'error',
  });
  const document: unknown = response.ok ? await response.json() : undefined;
  const url: unknown =
    typeof document === 'object' && document !== null ? Reflect.get(document, 'jwks_uri') : undefined;
  if (typeof url !== 'string') throw new KeysUnavailable('no jwks_uri in the discovery document');
  return url;
}
