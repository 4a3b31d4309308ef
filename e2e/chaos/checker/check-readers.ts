import type { Evidence } from '../evidence/evidence.ts';
import type { ChaosEvent, Seen, StreamNoted } from '../history/chaos-event.ts';
import { at, type Violation } from './violation.ts';

interface Position {
  epoch: string;
  last: number;
}

/**
 * What each follower was sent is a gapless stretch of the list: nothing skipped, nothing twice after a resume,
 * nothing that the list does not hold. What a lister was shown at a number stands there for good.
 */
export function* checkReaders(events: Iterable<ChaosEvent>, evidence: Evidence): Generator<Violation> {
  const lists = new Map(
    [...evidence.inboxes].map(([correspondent, items]) => [
      correspondent,
      new Map(items.map((item) => [item.number, item.messageId])),
    ]),
  );
  const positions = new Map<string, Position>();
  const listOf = (correspondent: string): ReadonlyMap<number, string> =>
    lists.get(correspondent) ?? new Map();
  for (const event of events) {
    if (event.what === 'stream') yield* followStream(event, positions, listOf(event.correspondent));
    if (event.what !== 'seen') continue;
    if (event.how === 'stream') yield* followItem(event, positions, listOf(event.correspondent));
    // Before the run began, the list was not read.
    if (event.number > (evidence.startedAfter.get(event.correspondent) ?? 0)) {
      yield* compareWithList(event, listOf(event.correspondent));
    }
  }
}

function* followStream(
  event: StreamNoted,
  positions: Map<string, Position>,
  list: ReadonlyMap<number, string>,
): Generator<Violation> {
  const { reader, number, epoch } = event;
  const known = positions.get(reader);
  if (known === undefined || event.happened === 'reset') {
    positions.set(reader, { epoch, last: number });
    if (known !== undefined) {
      yield broken(event, `should be resumed after ${known.last}; it was told to start anew after ${number}`);
    }
    return;
  }
  if (event.happened === 'opened' && number !== known.last) {
    yield broken(event, `asked to resume after ${known.last}; the server began after ${number}`);
  }
  if (event.happened === 'passed') yield* skipped(event, known.last, number + 1, list);
  if (event.happened !== 'ended') known.last = Math.max(known.last, number);
}

function* followItem(
  event: Seen,
  positions: Map<string, Position>,
  list: ReadonlyMap<number, string>,
): Generator<Violation> {
  const { reader, number, epoch } = event;
  const known = positions.get(reader);
  if (known === undefined) {
    positions.set(reader, { epoch, last: number });
    return;
  }
  if (epoch !== known.epoch)
    yield broken(event, `was in epoch ${known.epoch}; an item came of epoch ${epoch}`);
  if (number <= known.last)
    yield broken(event, `had got everything up to ${known.last}; number ${number} came again`);
  yield* skipped(event, known.last, number, list);
  known.last = Math.max(known.last, number);
  known.epoch = epoch;
}

/** Numbers that hold nothing for this reader may be passed over; what its list shows may not. */
function* skipped(
  event: Seen | StreamNoted,
  last: number,
  until: number,
  list: ReadonlyMap<number, string>,
): Generator<Violation> {
  for (let number = last + 1; number < until; number += 1) {
    const messageId = list.get(number);
    if (messageId === undefined) continue;
    yield {
      ...broken(event, `was sent nothing of number ${number}, which the list holds`),
      messageId,
      number,
    };
  }
}

function* compareWithList(event: Seen, list: ReadonlyMap<number, string>): Generator<Violation> {
  const { number, messageId, correspondent, reader } = event;
  const listed = list.get(number);
  if (listed === messageId) return;
  const text =
    `${reader} was shown ${messageId} as number ${number} ${at(event.atMs)}; ` +
    `the inbox of ${correspondent} should hold it there, and holds ${listed ?? 'nothing'}`;
  const invariant = event.how === 'stream' ? 'STREAM' : 'NUMBERS';
  yield { invariant, messageId, correspondent, reader, number, text };
}

function broken(event: Seen | StreamNoted, what: string): Violation {
  const { reader, correspondent, number } = event;
  const text = `${reader}, ${at(event.atMs)}, ${what}`;
  const message = event.what === 'seen' ? { messageId: event.messageId } : {};
  return { invariant: 'STREAM', ...message, correspondent, reader, number, text };
}
