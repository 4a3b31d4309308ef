import { deadLetterTopic, groups, type ServiceName } from '@chappe/schemas';
import type { Log } from '../../log.ts';
import type { IncomingRecord, RecordsToApply } from '../../record.ts';
import type { KafkaSettings } from '../../settings.ts';
import { classifyFailure } from '../classify-failure.ts';
import { type LetterPage, pageOfLetters, type ShownLetter, showLetter } from './page-of-letters.ts';
import { createLetterReader, type LetterReader } from './read-letters.ts';
import { readLetterHeaders, restoreRecord } from './restore-record.ts';

/** One dead letter: the group that gave a record up, and the letter's place in `<group>.dlq.v1`. */
export interface LetterId {
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
}

/** What became of a replay. `code` says why, and never holds a value. */
export interface ReplayOutcome {
  readonly result:
    | 'REPLAYED'
    /** An earlier replay has applied it: nothing was done. */
    | 'ALREADY_REPLAYED'
    /** Two persons have given it up: nothing is done until two have reinstated it. */
    | 'DISCARDED'
    /** It fails as before and remains the dead letter that it is. */
    | 'STILL_POISON'
    /** It met a bug, or something else that nobody foresaw: the log of the service says what. */
    | 'FAILED'
    /** Only a newer release can read it. */
    | 'NEEDS_UPGRADE'
    /** The world was not ready: ask again. */
    | 'NOT_NOW'
    | 'NOT_FOUND'
    /** The letter is not of the group that it is asked of. */
    | 'FOREIGN';
  readonly code: string | null;
}

/** Who asks for a replay, and why. */
export interface ReplayRequest {
  readonly letters: readonly LetterId[];
  readonly subject: string;
  readonly correspondent: string;
  readonly reason: string;
  readonly traceId: string;
}

/** Remembers who replayed what; in the service's own database. */
export interface ReplayJournal {
  /** Durable before anything is tried; answers an id per letter, in their order. */
  begin(request: ReplayRequest): Promise<readonly string[]>;
  /** Under the letter's lock: records what `work` comes to, unless an earlier replay succeeded. */
  settle(
    id: string,
    letter: LetterId & { readonly atMs: number },
    work: () => Promise<ReplayOutcome>,
  ): Promise<ReplayOutcome>;
  /** Records an outcome without trying anything. */
  end(id: string, outcome: ReplayOutcome): Promise<void>;
}

/** A group of this service, and how its records are applied without moving its stored offset. */
export interface ReplaySource {
  readonly group: string;
  apply(records: RecordsToApply): Promise<void>;
}

/** Shows a service's dead letters and brings them back. */
export interface DeadLetterDesk {
  /** Newest first; undefined when the cursor is not one of ours. */
  list(query: { group?: string; limit: number; cursor?: string }): Promise<LetterPage | undefined>;
  /** What letters are, in their order; null for one that Kafka does not have, or that is not of this service. */
  find(letters: readonly LetterId[]): Promise<readonly (ShownLetter | null)[]>;
  /** The outcome of each letter, in their order. Rejects only when its intention cannot be recorded. */
  replay(request: ReplayRequest): Promise<readonly ReplayOutcome[]>;
}

/** Too many replays wait already. */
export class DeskBusy extends Error {
  override readonly name = 'DeskBusy';
  readonly transient = true;
}

const mostWaiting = 4;

/**
 * Makes the desk of a service. One request at a time: a replay is rare, and holds letters in memory. Bringing a
 * letter back is the same act as applying its record, without the offset; ids make a repetition harmless.
 */
export function createDeadLetterDesk(
  settings: KafkaSettings,
  options: {
    service: ServiceName;
    sources: readonly ReplaySource[];
    journal: ReplayJournal;
    log: Log;
    reader?: LetterReader;
  },
): DeadLetterDesk {
  const { service, journal, log } = options;
  const reader = options.reader ?? createLetterReader(settings, { service, timeoutMs: 20_000, log });
  const sources = new Map(options.sources.map((source) => [source.group, source]));
  let turn: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function replayAll(request: ReplayRequest): Promise<readonly ReplayOutcome[]> {
    const ids = await journal.begin(request);
    let letters: ReadonlyMap<string, IncomingRecord>;
    try {
      letters = await fetchLetters(request.letters);
    } catch (error) {
      return await endAll(ids, { result: 'NOT_NOW', code: classifyFailure(error).code });
    }
    const outcomes: ReplayOutcome[] = [];
    for (const [index, letter] of request.letters.entries()) {
      const id = ids[index] ?? '';
      const found = letters.get(placeOf(letter));
      outcomes.push(await replayOne(id, letter, found));
    }
    return outcomes;
  }

  async function endAll(ids: readonly string[], outcome: ReplayOutcome): Promise<readonly ReplayOutcome[]> {
    for (const id of ids) await journal.end(id, outcome);
    return ids.map(() => outcome);
  }

  async function fetchLetters(letters: readonly LetterId[]): Promise<ReadonlyMap<string, IncomingRecord>> {
    const own = letters.filter(({ group }) => sources.has(group));
    const topics = [...new Set(own.map(({ group }) => deadLetterTopic(group)))];
    const bounds = topics.length === 0 ? new Map() : await reader.bounds(topics);
    const found = new Map<string, IncomingRecord>();
    const ranges = own.flatMap(({ group, partition, offset }) => {
      const topic = deadLetterTopic(group);
      const log = bounds.get(`${topic}/${partition}`);
      const from = BigInt(offset);
      if (log === undefined || from < log.start || from >= log.end) return [];
      return [{ topic, partition, from, until: from + 1n }];
    });
    await reader.read(ranges, (letter) =>
      found.set(`${letter.topic}/${letter.partition}/${letter.offset}`, letter),
    );
    return found;
  }

  async function replayOne(
    id: string,
    letter: LetterId,
    found: IncomingRecord | undefined,
  ): Promise<ReplayOutcome> {
    const outcome = await outcomeOf(id, letter, found);
    const { group, partition, offset } = letter;
    log.info(
      { group, partition, offset, outcome: outcome.result, code: outcome.code },
      'dead letter replayed',
    );
    return outcome;
  }

  async function outcomeOf(
    id: string,
    letter: LetterId,
    found: IncomingRecord | undefined,
  ): Promise<ReplayOutcome> {
    const source = sources.get(letter.group);
    const headers = found === undefined ? undefined : readLetterHeaders(found.headers);
    try {
      if (source === undefined || found === undefined) {
        return await ended(id, { result: 'NOT_FOUND', code: null });
      }
      if (
        headers === undefined ||
        headers.group !== letter.group ||
        !readsTopic(letter.group, headers.topic)
      ) {
        return await ended(id, { result: 'FOREIGN', code: headers?.group ?? null });
      }
      const record = restoreRecord(found, headers);
      return await journal.settle(id, { ...letter, atMs: found.timestampMs }, () =>
        attempt(source, record, log),
      );
    } catch (error) {
      // The store failed: the journal then holds an attempt without a result, as after a crash.
      log.warn({ err: error, group: letter.group }, 'replay not recorded');
      return { result: 'NOT_NOW', code: classifyFailure(error).code };
    }
  }

  async function ended(id: string, outcome: ReplayOutcome): Promise<ReplayOutcome> {
    await journal.end(id, outcome);
    return outcome;
  }

  return {
    async list(query) {
      const shown = query.group === undefined ? [...sources.keys()] : [query.group];
      return await pageOfLetters(
        reader,
        shown.filter((group) => sources.has(group)),
        query,
      );
    },
    async find(letters) {
      const found = await fetchLetters(letters);
      return letters.map((letter) => {
        const record = found.get(placeOf(letter));
        return record === undefined ? null : showLetter(record, letter.group);
      });
    },
    async replay(request) {
      if (waiting >= mostWaiting) throw new DeskBusy('too many replays wait');
      waiting += 1;
      const mine = turn
        .then(() => replayAll(request))
        .finally(() => {
          waiting -= 1;
        });
      // The next one waits for this one's end, whatever that is.
      turn = mine.catch(() => undefined);
      return await mine;
    },
  };
}

async function attempt(source: ReplaySource, record: IncomingRecord, log: Log): Promise<ReplayOutcome> {
  const { topic, partition } = record;
  try {
    await source.apply({ topic, partition, records: [record], move: null });
    return { result: 'REPLAYED', code: null };
  } catch (error) {
    const { kind, code } = classifyFailure(error);
    if (kind === 'pause') return { result: 'NEEDS_UPGRADE', code };
    if (kind === 'transient' || kind === 'stale') return { result: 'NOT_NOW', code };
    if (kind === 'poison') return { result: 'STILL_POISON', code };
    log.error({ err: error, topic, partition, offset: record.offset, code }, 'replay failed');
    return { result: 'FAILED', code };
  }
}

function placeOf({ group, partition, offset }: LetterId): string {
  return `${deadLetterTopic(group)}/${partition}/${BigInt(offset)}`;
}

function readsTopic(group: string, topic: string): boolean {
  return groups.some((each) => each.group === group && each.topics.some((name) => name === topic));
}
