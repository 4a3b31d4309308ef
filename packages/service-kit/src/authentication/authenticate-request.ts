import type { Subject } from '@chappe/policy';
import type { ProblemCode } from '../problems/catalogue.ts';
import { Problem } from '../problems/problem.ts';
import type { TokenVerifier, VerifiedToken } from './create-token-verifier.ts';

/** What the directory says of the holder of a token; the same shape as `resolveSubject` of the directory. */
export type SubjectResolution =
  | { readonly status: 'resolved'; readonly subject: Subject }
  | { readonly status: 'unknown-holder' }
  | { readonly status: 'suspended' }
  | { readonly status: 'acting-as-required'; readonly choices: readonly string[] }
  | { readonly status: 'no-grant' };

/** Looks the holder up in the directory; `undefined` while the directory is not loaded. */
export type ResolveSubject = (
  token: Pick<VerifiedToken, 'issuer' | 'subject' | 'clientId'>,
  actingAs: string | null,
  nowMs: number,
) => SubjectResolution | undefined;

/** The credentials of a request, as its headers give them. */
export interface RequestCredentials {
  readonly authorization: string | undefined;
  readonly actingAs: string | null;
}

/** Who makes this request; throws the Problem that answers it otherwise. */
export type Authenticate = (credentials: RequestCredentials) => Promise<Subject>;

/** Joins the token's "who" with the directory's "what". */
export function createAuthenticator(ports: {
  verifyToken: TokenVerifier;
  resolveSubject: ResolveSubject;
  nowMs?: () => number;
}): Authenticate {
  const nowMs = ports.nowMs ?? Date.now;
  return async ({ authorization, actingAs }) => {
    const token = bearerToken(authorization);
    if (token === undefined) throw unauthenticated('unauthenticated');
    const verdict = await ports.verifyToken(token);
    if (verdict.status === 'refused') throw unauthenticated(verdict.code);
    const resolution = ports.resolveSubject(verdict, actingAs, nowMs());
    if (resolution === undefined) {
      throw new Problem('unavailable', { detail: 'The directory is not loaded yet.', retryAfterS: 2 });
    }
    if (resolution.status === 'resolved') return resolution.subject;
    if (resolution.status === 'acting-as-required') {
      throw new Problem('acting-as-required', {
        detail: `Name one of these correspondents in Chappe-Acting-As: ${resolution.choices.join(', ')}.`,
      });
    }
    throw new Problem(resolution.status);
  };
}

function bearerToken(authorization: string | undefined): string | undefined {
  if (authorization === undefined || !/^bearer /i.test(authorization)) return undefined;
  const token = authorization.slice(7).trim();
  return token === '' ? undefined : token;
}

/** RFC 6750: no error code when no token was given, `invalid_token` when one was refused. */
function unauthenticated(code: ProblemCode): Problem {
  if (code === 'unavailable') {
    return new Problem(code, { detail: 'The keys of the issuer cannot be read.', retryAfterS: 2 });
  }
  const challenge =
    code === 'unauthenticated' ? 'Bearer realm="chappe"' : 'Bearer realm="chappe", error="invalid_token"';
  return new Problem(code, { headers: { 'www-authenticate': challenge } });
}
