import type { Decision, Lane, Message } from '@chappe/schemas';

/** A decision that stands, with what is needed to publish it whole again. */
export interface KnownDecision {
  readonly decision: Decision;
  /** The message that it corrects, cancels, dispatches, reroutes, releases or discloses. */
  readonly subjectId: string | null;
  readonly traceId: string | null;
  /** The message as it was decided; null when refused or erased. A function, so that few are decoded. */
  readonly original: () => Message | null;
  /** The same as it was read, so that nothing of it is lost that only a newer release knows. */
  readonly encoded: Uint8Array | null;
}

/** A message as it arrived in a lane, decoded and as it was read. */
export interface Arrival {
  readonly message: Message;
  readonly lane: Lane;
  readonly encoded: Uint8Array;
}

/** A message whose decision waits for its reference, or for an earlier one of its sender that waits. */
export interface HeldMessage extends Arrival {
  readonly heldUntilMs: number;
}

/** What is recorded about the threads of a slice, in the order of recording. */
export interface ThreadRecords {
  readonly decisions: readonly KnownDecision[];
  readonly held: readonly HeldMessage[];
  /** Decisions recorded outside of their own slice whose publication is not known to be acknowledged. */
  readonly pending: readonly KnownDecision[];
  /** How many messages of each sender wait, in all threads. */
  readonly heldBySender: ReadonlyMap<string, number>;
}

/** Nothing is recorded. */
export const noRecords: ThreadRecords = { decisions: [], held: [], pending: [], heldBySender: new Map() };

/**
 * What is known of the threads of a slice while it is decided: what was recorded before, then each
 * message of the slice as it is decided. It lives for one slice.
 */
export class ThreadMemory {
  readonly #copies = new Map<string, KnownDecision[]>();
  readonly #followUps = new Map<string, KnownDecision[]>();
  readonly #held: HeldMessage[];
  readonly #heldBySender: Map<string, number>;
  readonly #pending: KnownDecision[];

  constructor(records: ThreadRecords) {
    this.#held = [...records.held];
    this.#heldBySender = new Map(records.heldBySender);
    this.#pending = [...records.pending];
    for (const known of [...records.decisions, ...records.pending]) this.remember(known);
  }

  /** The decision on exactly this copy of a message. */
  decided(messageId: string, requestDigest: string): KnownDecision | undefined {
    return this.#copies.get(messageId)?.find(({ decision }) => decision.requestDigest === requestDigest);
  }

  /** The decisions on all copies of a message, in the order of recording. */
  copies(messageId: string): readonly KnownDecision[] {
    return this.#copies.get(messageId) ?? [];
  }

  /** The one copy of a message that was accepted. */
  accepted(messageId: string): KnownDecision | undefined {
    return this.#copies.get(messageId)?.find(({ decision }) => decision.outcome === 'ACCEPTED');
  }

  /** Accepted corrections, cancellations, dispatches, reroutes (SERVICE), releases and disclosures of a message. */
  followUps(messageId: string, kind: Decision['kind']): readonly KnownDecision[] {
    return this.#followUps.get(messageId)?.filter(({ decision }) => decision.kind === kind) ?? [];
  }

  /** Adds a decision; one that is known already is left as it is. */
  remember(known: KnownDecision): void {
    const { decision, subjectId } = known;
    if (this.decided(decision.messageId, decision.requestDigest) !== undefined) return;
    append(this.#copies, decision.messageId, known);
    if (subjectId !== null && decision.outcome === 'ACCEPTED') append(this.#followUps, subjectId, known);
  }

  /** Messages that wait in a thread, the earliest first. */
  heldIn(threadId: string): readonly HeldMessage[] {
    return this.#held.filter(({ message }) => message.threadId === threadId);
  }

  /** How many messages of a sender wait. */
  heldBy(sender: string): number {
    return this.#heldBySender.get(sender) ?? 0;
  }

  hold(held: HeldMessage): void {
    this.#held.push(held);
    this.#count(held, 1);
  }

  release(held: HeldMessage): void {
    const index = this.#held.indexOf(held);
    if (index < 0) return;
    this.#held.splice(index, 1);
    this.#count(held, -1);
  }

  /** Decisions of a thread and lane that must be published before anything later of it. */
  pendingIn(threadId: string, lane: Lane): readonly KnownDecision[] {
    return this.#pending.filter(({ decision }) => decision.threadId === threadId && decision.lane === lane);
  }

  awaitPublication(known: KnownDecision): void {
    this.#pending.push(known);
  }

  #count({ message }: HeldMessage, change: number): void {
    const sender = message.sender.correspondent;
    this.#heldBySender.set(sender, this.heldBy(sender) + change);
  }
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
