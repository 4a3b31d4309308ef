import type { DirectorySnapshot } from '@chappe/directory';
import type { Decision, Message } from '@chappe/schemas';
import { acceptMessage, type Refusal, refuseMessage } from './compose-decision.ts';
import { distributeMessage } from './distribute-message.ts';
import { areReferencesUsable, unusableReferences } from './judge-references.ts';
import { mayReroute } from './may-reroute.ts';
import { isReroute, opensThread, referencesOf, subjectOf } from './message-references.ts';
import type { Arrival, HeldMessage, KnownDecision, ThreadMemory } from './thread-memory.ts';

/** What a decision rests on besides the threads. */
export interface RoutingContext {
  readonly directory: DirectorySnapshot;
  readonly nowMs: number;
  /** How long a message may wait for its reference. */
  readonly referenceWaitMs: number;
  /** How many messages of one sender may wait. */
  readonly maxHeldPerSender: number;
}

/** What becomes of a message. */
export type Fate =
  /** New: accepted or refused now. */
  | { readonly fate: 'DECIDED'; readonly known: KnownDecision }
  /** The same copy again: the decision that stands. */
  | { readonly fate: 'REPEATED'; readonly known: KnownDecision }
  /** Another message under an identity that was accepted: refused, and its sender told. */
  | { readonly fate: 'CONFLICT'; readonly known: KnownDecision }
  /** Waits; `known` once it has waited before. */
  | { readonly fate: 'HELD'; readonly held: HeldMessage; readonly again: boolean };

/** Decides what becomes of a message, from what is known of its thread. */
export function decideMessage(arrival: Arrival, memory: ThreadMemory, context: RoutingContext): Fate {
  const { message } = arrival;
  const known = memory.decided(message.messageId, message.requestDigest);
  if (known !== undefined) return { fate: 'REPEATED', known };
  const held = memory.heldIn(message.threadId);
  const again = held.find((each) => isSameCopy(each.message, message));
  if (again !== undefined) return { fate: 'HELD', held: again, again: true };
  if (memory.accepted(message.messageId) !== undefined) return conflict(arrival, context);
  // At once and before it is looked up, or the time that the refusal takes would tell whether it exists.
  if (isReroute(message) && !mayReroute(message, context.directory, context.nowMs)) {
    const refusal = { code: 'reroute-by-service', places: ['body/code'] } as const;
    return { fate: 'DECIDED', known: refused(arrival, refusal, context) };
  }
  if (!isBehind(arrival, held, held) && areReferencesUsable(message, memory))
    return decided(arrival, memory, context);
  if (memory.heldBy(message.sender.correspondent) >= context.maxHeldPerSender) {
    const places = unusableReferences(message, memory);
    return { fate: 'DECIDED', known: refused(arrival, { code: 'too-many-waiting', places }, context) };
  }
  return {
    fate: 'HELD',
    held: { ...arrival, heldUntilMs: context.nowMs + context.referenceWaitMs },
    again: false,
  };
}

/**
 * Decides a message that waits, once something has changed; undefined while it has to go on waiting.
 * `waiting` are all that wait in its thread, in the order of their arrival.
 */
export function decideHeld(
  held: HeldMessage,
  waiting: readonly HeldMessage[],
  memory: ThreadMemory,
  context: RoutingContext,
  giveUpBeforeMs: number | null,
): KnownDecision | undefined {
  const { message } = held;
  const known = memory.decided(message.messageId, message.requestDigest);
  if (known !== undefined) return known;
  if (memory.accepted(message.messageId) !== undefined) return conflict(held, context).known;
  const behind = isBehind(held, waiting.slice(0, waiting.indexOf(held)), waiting);
  if (!behind && areReferencesUsable(message, memory)) return decided(held, memory, context).known;
  const late = giveUpBeforeMs !== null && held.heldUntilMs <= giveUpBeforeMs;
  if (!late || behind) return undefined;
  const places = unusableReferences(message, memory);
  return refused(held, { code: 'reference-unavailable', places }, context);
}

/**
 * What one sender wrote later in the same thread and lane must not overtake what it wrote before: it may
 * have been written knowing that the earlier one was on its way. What others wait for is never held back
 * by them, nor is what opens the thread.
 */
function isBehind(later: Arrival, before: readonly HeldMessage[], waiting: readonly HeldMessage[]): boolean {
  if (before.length === 0 || opensThread(later.message)) return false;
  return before.some(
    (earlier) => isOfSameFlow(earlier, later) && !waitsFor(earlier, later.message.messageId, waiting),
  );
}

function isOfSameFlow(a: Arrival, b: Arrival): boolean {
  return (
    a.lane === b.lane &&
    a.message.sender.correspondent === b.message.sender.correspondent &&
    !isSameCopy(a.message, b.message)
  );
}

/** Whether one that waits can only go on after a message: it refers to it, or to others, or is behind others. */
function waitsFor(
  waiting: HeldMessage,
  messageId: string,
  held: readonly HeldMessage[],
  seen = new Set<HeldMessage>(),
): boolean {
  seen.add(waiting);
  const references = new Set(referencesOf(waiting.message).map((each) => each.messageId));
  if (references.has(messageId)) return true;
  const position = held.indexOf(waiting);
  return held.some(
    (each, index) =>
      !seen.has(each) &&
      (references.has(each.message.messageId) || (index < position && isOfSameFlow(each, waiting))) &&
      waitsFor(each, messageId, held, seen),
  );
}

function isSameCopy(a: Message, b: Message): boolean {
  return a.messageId === b.messageId && a.requestDigest === b.requestDigest;
}

function decided(
  arrival: Arrival,
  memory: ThreadMemory,
  context: RoutingContext,
): Fate & { fate: 'DECIDED' } {
  const { message, lane } = arrival;
  const { directory, nowMs } = context;
  const answer = distributeMessage(message, { memory, directory, nowMs });
  const known = answer.distributed
    ? record(arrival, acceptMessage(message, answer.distribution, { lane, nowMs, directory }))
    : record(arrival, refuseMessage(message, answer, { lane, nowMs, directory }));
  return { fate: 'DECIDED', known };
}

function conflict(arrival: Arrival, context: RoutingContext): Fate & { fate: 'CONFLICT' } {
  return { fate: 'CONFLICT', known: refused(arrival, { code: 'CONFLICT', places: [] }, context) };
}

function refused(arrival: Arrival, refusal: Omit<Refusal, 'denied'>, context: RoutingContext): KnownDecision {
  const { message, lane } = arrival;
  return record(arrival, refuseMessage(message, { ...refusal, denied: [] }, { lane, ...context }));
}

/** Of a refused message the router keeps no content: its sender has it, and the archive. */
function record({ message, encoded }: Arrival, decision: Decision): KnownDecision {
  const accepted = decision.outcome === 'ACCEPTED';
  return {
    decision,
    subjectId: subjectOf(message),
    traceId: message.traceId,
    original: () => (accepted ? message : null),
    encoded: accepted ? encoded : null,
  };
}
