import type { StreamBlock } from './follow-stream.ts';
import { formatInboxCursor, type InboxCursor, parseInboxCursor, placeArrival } from './inbox-cursor.ts';
import { isRecord, parseJson, UnexpectedAnswer } from './problem.ts';
import { type InboxItem, isInboxItem } from './read-model.ts';

/** What a follower of an inbox is told, in order. `cursor` resumes after the event. */
export type InboxEvent =
  | {
      readonly type: 'delivery';
      readonly cursor: string;
      readonly item: InboxItem;
      readonly repaired: boolean;
    }
  /** Numbers that hold nothing for this reader: items erased, no longer readable, or not asked for. */
  | { readonly type: 'skipped'; readonly cursor: string; readonly first: number; readonly last: number }
  /** The inbox was restored: numbers start again in a new epoch, and items seen before may come again. */
  | { readonly type: 'reset'; readonly cursor: string | undefined; readonly epoch: string | undefined };

/**
 * Reads the items at the `limit` numbers after one, to look whether a gap in the stream holds anything. The numbers
 * of an inbox have no holes, so such a page never reaches further; it leaves out what this reader may not see.
 */
export type ReadItemsAfter = (
  number: number,
  limit: number,
  signal?: AbortSignal,
) => Promise<readonly InboxItem[]>;

/** Puts the blocks of one connection after another into one gapless sequence. */
export interface InboxSequence {
  last(): InboxCursor | undefined;
  place(block: StreamBlock): AsyncGenerator<InboxEvent, void, undefined>;
}

const repairPageSize = 200;

/**
 * Makes the sequence of one follower, starting after `start`.
 *
 * @param readItemsAfter null where gaps are what was asked for, as in a narrowed stream: they are told, not looked up
 */
export function createInboxSequence(
  start: InboxCursor | undefined,
  readItemsAfter: ReadItemsAfter | null,
  signal?: AbortSignal,
): InboxSequence {
  let last = start;
  const advance = (epoch: string, number: number): string => {
    last = { epoch, number };
    return formatInboxCursor(last);
  };

  async function* fillGap(
    epoch: string,
    first: number,
    until: number,
  ): AsyncGenerator<InboxEvent, void, undefined> {
    let next = first;
    for (let after = first - 1; after < until && readItemsAfter !== null; after += repairPageSize) {
      const items = await readItemsAfter(after, Math.min(repairPageSize, until - after), signal);
      const found = items.filter((item) => item.number >= next && item.number <= until);
      for (const item of found.sort((one, other) => one.number - other.number)) {
        if (item.number > next) yield skip(epoch, next, item.number - 1);
        next = item.number + 1;
        yield { type: 'delivery', cursor: advance(epoch, item.number), item, repaired: true };
      }
    }
    if (next <= until) yield skip(epoch, next, until);
  }

  const skip = (epoch: string, first: number, until: number): InboxEvent => ({
    type: 'skipped',
    cursor: advance(epoch, until),
    first,
    last: until,
  });

  async function* reset(
    epoch: string | undefined,
    position: InboxCursor | undefined,
  ): AsyncGenerator<InboxEvent> {
    last = position;
    yield { type: 'reset', cursor: position === undefined ? undefined : formatInboxCursor(position), epoch };
  }

  async function* arrive(
    at: InboxCursor,
    item: InboxItem | undefined,
  ): AsyncGenerator<InboxEvent, void, undefined> {
    let arrival = placeArrival(last, at);
    if (arrival.status === 'new-epoch') {
      yield* reset(at.epoch, { epoch: at.epoch, number: 0 });
      arrival = placeArrival(last, at);
    }
    if (arrival.status === 'repeated') return;
    // A heartbeat's own number is one that the server passed over, so it belongs to the gap.
    const gapEnd = item === undefined ? at.number : at.number - 1;
    const gapStart = last === undefined ? at.number : last.number + 1;
    if (last === undefined && item === undefined) {
      advance(at.epoch, at.number);
      return;
    }
    if (gapStart <= gapEnd) yield* fillGap(at.epoch, gapStart, gapEnd);
    if (item === undefined) return;
    yield { type: 'delivery', cursor: advance(at.epoch, at.number), item, repaired: false };
  }

  async function* place(block: StreamBlock): AsyncGenerator<InboxEvent, void, undefined> {
    const at = block.id === undefined ? undefined : parseInboxCursor(block.id);
    if (block.type === 'event' && block.name === 'reset') {
      const data = parseJson(block.data);
      const epoch = isRecord(data) && data.epoch !== undefined ? String(data.epoch) : at?.epoch;
      yield* reset(epoch, at);
      return;
    }
    if (block.type === 'event' && block.name === 'delivery') {
      if (at === undefined) throw new UnexpectedAnswer('a delivery came without its number');
      yield* arrive(at, readItem(block.data));
      return;
    }
    if (at !== undefined) yield* arrive(at, undefined);
  }

  return { last: () => last, place };
}

function readItem(data: string): InboxItem {
  const item = parseJson(data);
  if (!isInboxItem(item)) throw new UnexpectedAnswer('a delivery is not an item of an inbox');
  return item;
}
