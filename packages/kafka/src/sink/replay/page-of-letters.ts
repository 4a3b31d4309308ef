import { deadLetterTopic } from '@chappe/schemas';
import type { IncomingRecord } from '../../record.ts';
import type { LogBounds } from '../log-bounds.ts';
import type { LetterReader } from './read-letters.ts';
import { readLetterHeaders } from './restore-record.ts';

/** A dead letter as an operator sees it: where, when and why; never its key or its value. */
export interface ShownLetter {
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
  readonly deadAtMs: number;
  /** Null when the headers are not those of a dead letter. */
  readonly code: string | null;
  readonly sizeBytes: number;
  readonly original: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly appendedAtMs: number;
  } | null;
}

/** A part of the list, and where it goes on. */
export interface LetterPage {
  readonly items: readonly ShownLetter[];
  readonly next: string | null;
}

/**
 * The newest letters before a cursor. Of each partition at most `limit` are read, backwards from where the last
 * page ended, so that a page costs the same however long the topic is.
 */
export async function pageOfLetters(
  reader: LetterReader,
  groups: readonly string[],
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<LetterPage | undefined> {
  const ends = cursor === undefined ? new Map<string, bigint>() : readCursor(cursor);
  if (ends === undefined) return undefined;
  if (groups.length === 0) return { items: [], next: null };
  const groupOf = new Map(groups.map((group): [string, string] => [deadLetterTopic(group), group]));
  const bounds = await reader.bounds([...groupOf.keys()]);
  const until = new Map<string, bigint>();
  const ranges = [...bounds].map(([place, { start, end }]) => {
    const to = within({ start, end }, ends.get(place) ?? end);
    until.set(place, to);
    const from = within({ start, end }, to - BigInt(limit));
    const slash = place.lastIndexOf('/');
    return { topic: place.slice(0, slash), partition: Number(place.slice(slash + 1)), from, until: to };
  });
  const found = new Map<string, { offset: bigint; shown: ShownLetter }[]>();
  await reader.read(ranges, (letter) => {
    const place = `${letter.topic}/${letter.partition}`;
    const shown = showLetter(letter, groupOf.get(letter.topic) ?? '');
    found.set(place, [...(found.get(place) ?? []), { offset: letter.offset, shown }]);
  });
  const items: ShownLetter[] = [];
  while (items.length < limit) {
    const place = newestPlace(found);
    const taken = place === undefined ? undefined : found.get(place)?.pop();
    if (place === undefined || taken === undefined) break;
    items.push(taken.shown);
    until.set(place, taken.offset);
  }
  const more = [...bounds].some(([place, { start }]) => (until.get(place) ?? start) > start);
  return { items, next: more ? writeCursor(until) : null };
}

function within({ start, end }: LogBounds, offset: bigint): bigint {
  if (offset < start) return start;
  return offset > end ? end : offset;
}

/** The partition whose last letter is the newest: within one, the order is that of its offsets, whatever the clock. */
function newestPlace(found: ReadonlyMap<string, readonly { shown: ShownLetter }[]>): string | undefined {
  let newest: { place: string; atMs: number } | undefined;
  for (const [place, letters] of found) {
    const atMs = letters.at(-1)?.shown.deadAtMs;
    if (atMs !== undefined && (newest === undefined || atMs > newest.atMs)) newest = { place, atMs };
  }
  return newest?.place;
}

/** What may be shown of a letter. */
export function showLetter(letter: IncomingRecord, group: string): ShownLetter {
  const headers = readLetterHeaders(letter.headers);
  return {
    group,
    partition: letter.partition,
    offset: letter.offset.toString(),
    deadAtMs: letter.timestampMs,
    code: headers?.code ?? null,
    sizeBytes: letter.value.length,
    original:
      headers === undefined
        ? null
        : {
            topic: headers.topic,
            partition: headers.partition,
            offset: headers.offset.toString(),
            appendedAtMs: headers.timestampMs,
          },
  };
}

function writeCursor(until: ReadonlyMap<string, bigint>): string {
  const text = [...until].map(([place, offset]) => `${place}=${offset}`).join(' ');
  return Buffer.from(text).toString('base64url');
}

function readCursor(cursor: string): Map<string, bigint> | undefined {
  const ends = new Map<string, bigint>();
  for (const part of Buffer.from(cursor, 'base64url').toString('utf8').split(' ')) {
    const match = /^([\w.-]+\/\d{1,6})=(\d{1,18})$/.exec(part);
    if (match?.[1] === undefined || match[2] === undefined) return undefined;
    ends.set(match[1], BigInt(match[2]));
  }
  return ends;
}
