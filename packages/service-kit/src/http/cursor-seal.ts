import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../problems/problem.ts';

/** Seals places in a list, so that a cursor serves only the subject and the query that it was made for. */
export interface CursorSeal {
  seal(place: string, binding: string): string;
  /** The place; undefined for anything that was not sealed here for this binding. */
  open(cursor: string, binding: string): string | undefined;
}

const tagBytes = 16;
const mostBytes = 256;

/**
 * A cursor is base64url of a truncated HMAC-SHA-256 (RFC 2104, 128 bits) and the place.
 *
 * @param key what all replicas share; undefined until it has been read, which is answered `unavailable`
 */
export function createCursorSeal(key: () => Buffer | undefined): CursorSeal {
  const tagOf = (text: string, binding: string): Buffer =>
    createHmac('sha256', keyInForce(key()))
      .update(binding)
      .update('\0')
      .update(text)
      .digest()
      .subarray(0, tagBytes);
  return {
    seal(place, binding) {
      return Buffer.concat([tagOf(place, binding), Buffer.from(place)]).toString('base64url');
    },
    open(cursor, binding) {
      const bytes = Buffer.from(cursor, 'base64url');
      const wellFormed = bytes.length > tagBytes && bytes.length <= mostBytes;
      if (!wellFormed || bytes.toString('base64url') !== cursor) return undefined;
      const place = bytes.subarray(tagBytes).toString('utf8');
      return timingSafeEqual(bytes.subarray(0, tagBytes), tagOf(place, binding)) ? place : undefined;
    },
  };
}

/** What every unusable cursor is answered with: forged, altered, somebody else's, or of another query or list. */
export function invalidCursor(): Problem {
  return new Problem('invalid-cursor', {
    detail: 'The cursor belongs to another query, or was altered. Start again without it.',
  });
}

/** The value of `Link` for the page that follows; parameters that are undefined are left out. */
export function linkToNext(
  path: string,
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return `<${path}?${query}>; rel="next"`;
}

function keyInForce(key: Buffer | undefined): Buffer {
  if (key === undefined) throw new Problem('unavailable', { retryAfterS: 2 });
  return key;
}
