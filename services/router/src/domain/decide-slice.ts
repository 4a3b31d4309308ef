import type { FindOriginal } from './compose-deliveries.ts';
import { decideHeld, decideMessage, type Fate, type RoutingContext } from './decide-message.ts';
import { referencesOf } from './message-references.ts';
import {
  type Arrival,
  type HeldMessage,
  type KnownDecision,
  ThreadMemory,
  type ThreadRecords,
} from './thread-memory.ts';

/** What has to be recorded and published for a slice. */
export interface SliceDecision {
  readonly fates: readonly Fate[];
  /** New decisions, in the order in which they were taken. */
  readonly recorded: readonly KnownDecision[];
  /** Those of them that were waiting: their publication has to survive without their slice. */
  readonly released: readonly KnownDecision[];
  readonly heldAnew: readonly HeldMessage[];
  readonly heldNoMore: readonly HeldMessage[];
  /** Everything to publish now, in order, each decision once. */
  readonly publish: readonly KnownDecision[];
  /** Those of them that are recorded as pending: to be forgotten once published. */
  readonly owed: readonly KnownDecision[];
  readonly findOriginal: FindOriginal;
}

/**
 * Decides a slice message by message. Each new decision may be what earlier ones were waiting for: these
 * are decided at once. A slice without arrivals only looks after those that wait in `sweptThreads`.
 */
export function decideSlice(
  arrivals: readonly Arrival[],
  records: ThreadRecords,
  context: RoutingContext,
  sweep: { readonly threads: readonly string[]; readonly giveUpBeforeMs: number } | null = null,
): SliceDecision {
  const memory = new ThreadMemory(records);
  const fates: Fate[] = [];
  const recorded: KnownDecision[] = [];
  const released: KnownDecision[] = [];
  const heldAnew: HeldMessage[] = [];
  const heldNoMore: HeldMessage[] = [];
  const publish = new Map<string, KnownDecision>();
  const owed = new Map<string, KnownDecision>();

  const settle = (threadId: string, giveUpBeforeMs: number | null): void => {
    for (const { held, known } of settleThread(threadId, memory, context, giveUpBeforeMs)) {
      recorded.push(known);
      const stillUnrecorded = heldAnew.indexOf(held);
      if (stillUnrecorded >= 0) heldAnew.splice(stillUnrecorded, 1);
      else heldNoMore.push(held);
      released.push(known);
      memory.awaitPublication(known);
    }
  };

  // What a thread still owes in a lane goes before what comes later in it.
  const payDebts = ({ message, lane }: Arrival): void => {
    for (const debt of memory.pendingIn(message.threadId, lane)) {
      publish.set(debt.decision.decisionId, debt);
      owed.set(debt.decision.decisionId, debt);
    }
  };

  for (const arrival of arrivals) {
    const fate = decideMessage(arrival, memory, context);
    fates.push(fate);
    if (fate.fate === 'HELD') {
      if (!fate.again) {
        memory.hold(fate.held);
        heldAnew.push(fate.held);
      }
      continue;
    }
    const { threadId } = arrival.message;
    payDebts(arrival);
    publish.set(fate.known.decision.decisionId, fate.known);
    if (fate.fate === 'REPEATED') continue;
    recorded.push(fate.known);
    memory.remember(fate.known);
    settle(threadId, null);
    payDebts(arrival);
  }
  for (const threadId of sweep?.threads ?? []) settle(threadId, sweep?.giveUpBeforeMs ?? null);
  return {
    fates,
    recorded,
    released,
    heldAnew,
    heldNoMore,
    publish: [...publish.values()],
    owed: [...owed.values()],
    findOriginal: (messageId) => memory.accepted(messageId)?.original() ?? null,
  };
}

/** Decides what can be decided of those that wait in a thread, until nothing changes any more. */
function* settleThread(
  threadId: string,
  memory: ThreadMemory,
  context: RoutingContext,
  giveUpBeforeMs: number | null,
): Generator<{ held: HeldMessage; known: KnownDecision }> {
  for (;;) {
    const settled = settleNext(memory.heldIn(threadId), memory, context, giveUpBeforeMs);
    if (settled === undefined) return;
    memory.release(settled.held);
    memory.remember(settled.known);
    yield settled;
  }
}

/**
 * Nothing is given up while something else can still be decided, nor while its reference waits itself:
 * that one's fate comes first. Only messages that refer to one another are given up all the same.
 */
function settleNext(
  waiting: readonly HeldMessage[],
  memory: ThreadMemory,
  context: RoutingContext,
  giveUpBeforeMs: number | null,
): { held: HeldMessage; known: KnownDecision } | undefined {
  const decideFirst = (
    candidates: readonly HeldMessage[],
    giveUp: number | null,
  ): { held: HeldMessage; known: KnownDecision } | undefined => {
    for (const held of candidates) {
      const known = decideHeld(held, waiting, memory, context, giveUp);
      if (known !== undefined) return { held, known };
    }
    return undefined;
  };
  const decided = decideFirst(waiting, null);
  if (decided !== undefined || giveUpBeforeMs === null) return decided;
  const ids = new Set(waiting.map(({ message }) => message.messageId));
  const alone = waiting.filter(
    ({ message }) => !referencesOf(message).some(({ messageId }) => ids.has(messageId)),
  );
  return decideFirst(alone, giveUpBeforeMs) ?? decideFirst(waiting, giveUpBeforeMs);
}
