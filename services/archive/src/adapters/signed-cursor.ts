import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Pool } from '@chappe/postgres';

/** Where a list goes on: after this message, in the order of receipt, newest first. */
export interface Position {
  readonly receivedAtUs: string;
  readonly messageId: string;
}

/** Seals positions so that a cursor works only for the subject and the query that it was made for. */
export interface CursorSeal {
  seal(position: Position, binding: string): string;
  /** The position, or undefined for anything not sealed by this archive for this binding. */
  open(cursor: string, binding: string): Position | undefined;
}

const tagBytes = 16;
const plain = /^(\d{1,20})\.([0-9a-f-]{36})$/;

/** A cursor is base64url of a truncated HMAC-SHA-256 (RFC 2104, 128 bits) and the position. */
export function createCursorSeal(key: Buffer): CursorSeal {
  const tagOf = (text: string, binding: string): Buffer =>
    createHmac('sha256', key).update(binding).update('\0').update(text).digest().subarray(0, tagBytes);
  return {
    seal(position, binding) {
      const text = `${position.receivedAtUs}.${position.messageId}`;
      return Buffer.concat([tagOf(text, binding), Buffer.from(text)]).toString('base64url');
    },
    open(cursor, binding) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length <= tagBytes || bytes.length > 128) return undefined;
      const text = bytes.subarray(tagBytes).toString('utf8');
      if (!timingSafeEqual(bytes.subarray(0, tagBytes), tagOf(text, binding))) return undefined;
      const [, receivedAtUs, messageId] = plain.exec(text) ?? [];
      return receivedAtUs === undefined || messageId === undefined ? undefined : { receivedAtUs, messageId };
    },
  };
}

/** The key that all replicas of this archive share. */
export async function readCursorKey(pool: Pool): Promise<Buffer> {
  const { rows } = await pool.query<{ key: Buffer }>('SELECT key FROM cursor_key');
  const key = rows[0]?.key;
  if (key === undefined) throw new Error('the archive has no cursor key: its migrations did not run');
  return key;
}
