import type { UrlRefusal } from './read-webhook-url.ts';

/** Why an attempt brought no answer that counts; a code, never what was answered. */
export type AttemptFailure =
  | 'status'
  | 'redirect'
  | 'gone'
  | 'timeout'
  | 'refused'
  | 'closed'
  | 'tls'
  | 'address'
  | 'answer-too-large'
  | 'protocol'
  | 'secret-unreadable'
  | UrlRefusal;

/** What one attempt came to. */
export interface AttemptResult {
  readonly outcome: 'delivered' | AttemptFailure;
  readonly httpStatus: number | null;
  /** As the receiver asked for it. */
  readonly retryAfterMs: number | null;
  readonly durationMs: number;
}

/** What is known of a delivery and its target when an attempt has failed. */
export interface AttemptFacts {
  /** Failed attempts of the current series, this one included. */
  readonly failures: number;
  readonly sinceFirstAttemptMs: number;
  /** Whether the target took anything else since the first attempt. */
  readonly tookOthers: boolean;
}

/** How long and how often to try. */
export interface RetryBounds {
  readonly firstDelayMs: number;
  readonly mostDelayMs: number;
  readonly tryForMs: number;
}

/** What follows an attempt. */
export type AttemptVerdict =
  | { readonly next: 'delivered' }
  | { readonly next: 'retry'; readonly inMs: number }
  | { readonly next: 'give-up' }
  | { readonly next: 'pause'; readonly because: 'FAILING' | 'GONE' };

const growth = 3;

/**
 * A delivery is tried with growing pauses for as long as the bounds say. At their end, a target that took others
 * meanwhile does not take this one: it is given up, and its thread goes on. A target that took nothing is
 * away: it is paused, and the delivery stays. 410 is the receiver's own word that it wants no more.
 */
export function judgeWebhookAttempt(
  result: AttemptResult,
  facts: AttemptFacts,
  bounds: RetryBounds,
  random: number,
): AttemptVerdict {
  if (result.outcome === 'delivered') return { next: 'delivered' };
  if (result.outcome === 'gone') return { next: 'pause', because: 'GONE' };
  if (facts.sinceFirstAttemptMs >= bounds.tryForMs) {
    return facts.tookOthers ? { next: 'give-up' } : { next: 'pause', because: 'FAILING' };
  }
  return { next: 'retry', inMs: retryDelayMs(facts.failures, result.retryAfterMs, bounds, random) };
}

/** Pauses triple up to a bound, spread by a fifth either way; a receiver may ask for more, within that bound. */
export function retryDelayMs(
  failures: number,
  askedMs: number | null,
  bounds: RetryBounds,
  random: number,
): number {
  const grown = bounds.firstDelayMs * growth ** Math.min(Math.max(failures - 1, 0), 30);
  const spread = Math.min(grown, bounds.mostDelayMs) * (0.8 + 0.4 * random);
  return Math.round(Math.max(spread, Math.min(askedMs ?? 0, bounds.mostDelayMs)));
}

/** What an answer's status means; its body is never looked at. */
export function outcomeOfStatus(httpStatus: number): 'delivered' | 'redirect' | 'gone' | 'status' {
  if (httpStatus >= 200 && httpStatus < 300) return 'delivered';
  if (httpStatus >= 300 && httpStatus < 400) return 'redirect';
  return httpStatus === 410 ? 'gone' : 'status';
}
