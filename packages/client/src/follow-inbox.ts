import { followStream, type StreamOptions } from './follow-stream.ts';
import { formatInboxCursor, type InboxCursor, parseInboxCursor } from './inbox-cursor.ts';
import { createInboxSequence, type InboxEvent, type ReadItemsAfter } from './inbox-sequence.ts';
import { type DeliveryQuery, inboxParameters } from './read-api.ts';
import type { Transport } from './transport.ts';

/** Options of following an inbox. */
export interface FollowOptions extends StreamOptions {
  /** The cursor of the last event already dealt with. */
  readonly after?: string;
  /** Without a cursor: the number to start after, or `latest` for what comes from now on. Without both, the whole inbox. */
  readonly since?: number | 'latest';
  /** Only deliveries like these; the numbers between are told as skipped. */
  readonly filter?: DeliveryQuery;
}

/**
 * Follows an inbox for as long as the caller iterates, over connections that come and go. A number is never yielded
 * twice within an epoch, and a gap is looked up before the item after it is yielded: unless the stream is narrowed,
 * where gaps are what was asked for.
 */
export async function* followInbox(
  transport: Transport,
  readItemsAfter: ReadItemsAfter,
  options: FollowOptions = {},
): AsyncGenerator<InboxEvent, void, undefined> {
  const { after, since, filter, ...rest } = options;
  const narrowing = inboxParameters(filter ?? {});
  const narrowed = Object.values(narrowing).some((value) => value !== undefined);
  const sequence = createInboxSequence(
    startingCursor(after),
    narrowed ? null : readItemsAfter,
    options.signal,
  );
  const position = (): string | undefined => {
    const last = sequence.last();
    return last === undefined ? undefined : formatInboxCursor(last);
  };
  const source = {
    path: '/v1/inbox/stream',
    query: () => ({ ...narrowing, since: position() === undefined ? since : undefined }),
    position,
    take: sequence.place,
  };
  yield* followStream(transport, source, rest);
}

function startingCursor(after: string | undefined): InboxCursor | undefined {
  if (after === undefined) return undefined;
  const cursor = parseInboxCursor(after);
  if (cursor === undefined) throw new TypeError(`not a cursor of an inbox: ${after}`);
  return cursor;
}
