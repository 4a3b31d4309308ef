/** A place in an inbox: its epoch (raised when the inbox was restored) and the number of an item. */
export interface InboxCursor {
  readonly epoch: string;
  readonly number: number;
}

/** Reads `<epoch>.<number>`; undefined if it is anything else. */
export function parseInboxCursor(text: string): InboxCursor | undefined {
  const match = /^([A-Za-z0-9_-]+)\.(\d{1,15})$/.exec(text);
  return match?.[1] === undefined ? undefined : { epoch: match[1], number: Number(match[2]) };
}

/** Writes a cursor as it stands in `id` and `Last-Event-ID`. */
export function formatInboxCursor(cursor: InboxCursor): string {
  return `${cursor.epoch}.${cursor.number}`;
}

/** What one number of the stream means after what has been seen. */
export type Arrival =
  | { readonly status: 'next' }
  | { readonly status: 'repeated' }
  | { readonly status: 'gap'; readonly first: number; readonly last: number }
  | { readonly status: 'new-epoch' };

/** Places an arriving number against the last one seen. Without a last one, anything is next. */
export function placeArrival(last: InboxCursor | undefined, arriving: InboxCursor): Arrival {
  if (last === undefined) return { status: 'next' };
  if (last.epoch !== arriving.epoch) return { status: 'new-epoch' };
  if (arriving.number <= last.number) return { status: 'repeated' };
  if (arriving.number === last.number + 1) return { status: 'next' };
  return { status: 'gap', first: last.number + 1, last: arriving.number - 1 };
}
