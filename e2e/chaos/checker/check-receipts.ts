import type { Evidence } from '../evidence/evidence.ts';
import type { ChaosEvent } from '../history/chaos-event.ts';
import type { InboxIndex } from './index-inboxes.ts';
import { at, type Violation } from './violation.ts';

/** What a person was told of a delivery, and when that person had asked. */
interface ToldState {
  readonly client: string;
  readonly type: string;
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly state: string;
  readonly version: number;
}

/** How far each state is; what is closed is not reached by anything else. */
const ranks: Readonly<Record<string, number>> = {
  DELIVERED: 0,
  READ: 1,
  TRANSFERRED: 2,
  TAKEN_IN_CHARGE: 2,
  REJECTED: 3,
  COMPLIED: 3,
};
const closedRank = 3;

/**
 * I7: a person's receipt never reverts. Whoever asks after an answer was held is told of that state or a later
 * one, and the inbox and the sender's tracking show it in the end; what is closed stays as it was closed.
 */
export function* checkReceipts(
  events: Iterable<ChaosEvent>,
  evidence: Evidence,
  inboxes: ReadonlyMap<string, InboxIndex>,
): Generator<Violation> {
  for (const [key, told] of collectTold(events)) {
    const [correspondent = '', messageId = ''] = key.split(' ');
    const violation = (text: string): Violation => ({ invariant: 'I7', messageId, correspondent, text });
    for (const later of told) {
      for (const earlier of told) {
        if (earlier.answeredMs >= later.askedMs) continue;
        const fault = fell(earlier, later);
        if (fault === undefined) continue;
        yield violation(
          `${words(earlier)} ${at(earlier.answeredMs)}; who asked after that should be told no less, and ` +
            `${later.client} was told ${later.state}, version ${later.version} (${fault})`,
        );
      }
    }
    for (const { shownBy, shown } of shownStates(correspondent, messageId, evidence, inboxes)) {
      for (const each of told) {
        const fault = fell(each, shown);
        if (fault === undefined) continue;
        yield violation(
          `${words(each)} ${at(each.answeredMs)}; in the end ${shownBy} should show no less, and shows ` +
            `${shown.state}, version ${shown.version} (${fault})`,
        );
        break;
      }
    }
  }
}

function words({ client, type, state, version }: ToldState): string {
  return `${client} said ${type} and was told ${state}, version ${version}`;
}

/** In which way a state is less than an earlier one; undefined when it is not. */
function fell(
  earlier: Pick<ToldState, 'state' | 'version'>,
  later: Pick<ToldState, 'state' | 'version'>,
): string | undefined {
  const rank = rankOf(earlier.state);
  if (later.version < earlier.version) return 'the version fell';
  if (rankOf(later.state) < rank) return 'the state fell';
  if (rank === closedRank && later.state !== earlier.state) return 'what was closed has changed';
  if (later.version === earlier.version && later.state !== earlier.state) return 'one version, two states';
  return undefined;
}

function rankOf(state: string): number {
  return ranks[state] ?? 0;
}

function collectTold(events: Iterable<ChaosEvent>): ReadonlyMap<string, readonly ToldState[]> {
  const asked = new Map<number, number>();
  const told = new Map<string, ToldState[]>();
  for (const event of events) {
    if (event.what !== 'receipt') continue;
    if (event.happened === 'asked') asked.set(event.act, event.atMs);
    const { state, version, client, type, act, atMs } = event;
    if (event.happened !== 'given' || state === undefined || version === undefined) continue;
    const key = `${event.correspondent} ${event.messageId}`;
    const known = told.get(key) ?? [];
    known.push({ client, type, askedMs: asked.get(act) ?? atMs, answeredMs: atMs, state, version });
    told.set(key, known);
  }
  return told;
}

function* shownStates(
  correspondent: string,
  messageId: string,
  evidence: Evidence,
  inboxes: ReadonlyMap<string, InboxIndex>,
): Generator<{ shownBy: string; shown: Pick<ToldState, 'state' | 'version'> }> {
  const inbox = inboxes.get(correspondent);
  if (inbox?.numberOf.has(messageId) === true) {
    yield {
      shownBy: 'its inbox',
      shown: inbox.receiptOf.get(messageId) ?? { state: 'DELIVERED', version: 1 },
    };
  }
  const tracked = evidence.sent
    .get(messageId)
    ?.recipients?.find((each) => each.correspondent === correspondent);
  if (tracked !== undefined) yield { shownBy: "the sender's tracking", shown: tracked };
}
