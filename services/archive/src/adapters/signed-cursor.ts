import { createCursorSeal as createPlaceSeal } from '@chappe/service-kit';

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

const plain = /^(\d{1,20})\.([0-9a-f-]{36})$/;

/** Seals positions under the archive's key. */
export function createCursorSeal(key: Buffer): CursorSeal {
  const places = createPlaceSeal(() => key);
  return {
    seal: ({ receivedAtUs, messageId }, binding) => places.seal(`${receivedAtUs}.${messageId}`, binding),
    open(cursor, binding) {
      const [, receivedAtUs, messageId] = plain.exec(places.open(cursor, binding) ?? '') ?? [];
      return receivedAtUs === undefined || messageId === undefined ? undefined : { receivedAtUs, messageId };
    },
  };
}
