import type { Log } from './log.ts';

interface Repeated {
  nextMs: number;
  held: number;
}

const everyMs = 10_000;
/** Kinds are made of codes and group names, so there are few; a mistake there must not fill the memory. */
const maxKinds = 500;
const repeatedOf = new WeakMap<Log, Map<string, Repeated>>();

/**
 * Warns at once, then at most every ten seconds per kind, saying how many like it were held back: an outage
 * of hours leaves a few thousand lines, not millions.
 */
export function warnSeldom(
  log: Log,
  kind: string,
  fields: object,
  message: string,
  nowMs = performance.now(),
): void {
  let kinds = repeatedOf.get(log);
  if (kinds === undefined) {
    kinds = new Map();
    repeatedOf.set(log, kinds);
  }
  const repeated = kinds.get(kind);
  if (repeated !== undefined && nowMs < repeated.nextMs) {
    repeated.held += 1;
    return;
  }
  if (kinds.size >= maxKinds) kinds.clear();
  kinds.set(kind, { nextMs: nowMs + everyMs, held: 0 });
  log.warn(
    repeated === undefined || repeated.held === 0 ? fields : { ...fields, count: repeated.held },
    message,
  );
}
