import type { TokenProvider } from './transport.ts';

/** A token as the provider issued it. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInS: number;
}

/** How long before its end a token is no longer used: a slow request must not outlive it. */
const marginMs = 30_000;

/**
 * Keeps a token until shortly before it expires. Concurrent callers share one request; a failed
 * request is forgotten, so that the next caller tries again.
 */
export function createTokenCache(
  obtain: () => Promise<IssuedToken>,
  nowMs: () => number = Date.now,
): TokenProvider {
  let current: { readonly token: Promise<string>; readonly usableUntilMs: () => number } | undefined;

  const renew = (): Promise<string> => {
    let usableUntilMs = Number.POSITIVE_INFINITY;
    const token = obtain().then(({ accessToken, expiresInS }) => {
      const lifetimeMs = expiresInS * 1000;
      usableUntilMs = nowMs() + lifetimeMs - Math.min(marginMs, lifetimeMs / 2);
      return accessToken;
    });
    const entry = { token, usableUntilMs: () => usableUntilMs };
    current = entry;
    token.catch(() => {
      if (current === entry) current = undefined;
    });
    return token;
  };

  return async (options) => {
    const kept = current;
    if (kept === undefined || kept.usableUntilMs() <= nowMs()) return renew();
    // A renewal under way already answers a refusal of the token before it.
    if (options?.renew === true && kept.usableUntilMs() !== Number.POSITIVE_INFINITY) return renew();
    return kept.token;
  };
}
