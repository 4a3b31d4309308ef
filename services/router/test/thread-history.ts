import type { Decision, Message } from '@chappe/schemas';
import type { RoutingContext } from '../src/domain/decide-message.ts';
import { decideSlice, type SliceDecision } from '../src/domain/decide-slice.ts';
import type { HeldMessage, KnownDecision, ThreadRecords } from '../src/domain/thread-memory.ts';
import { arrival, givenContext } from './given.ts';

/** A store in memory: what PostgreSQL keeps between slices, for tests of decisions without it. */
export class ThreadHistory {
  readonly decisions: KnownDecision[] = [];
  held: HeldMessage[] = [];
  pending: KnownDecision[] = [];

  /** Decides some messages as one slice, and keeps the outcome. */
  route(messages: readonly Message[], change: Partial<RoutingContext> = {}): SliceDecision {
    return this.#keep(decideSlice(messages.map(arrival), this.records(), givenContext(change)));
  }

  /** Ends the waits that are overdue. */
  sweep(nowMs: number): SliceDecision {
    const threads = [...new Set(this.held.map(({ message }) => message.threadId))];
    return this.#keep(
      decideSlice([], this.records(), givenContext({ nowMs }), { threads, giveUpBeforeMs: nowMs }),
    );
  }

  /** What the relay does. */
  publishPending(): void {
    this.pending = [];
  }

  records(): ThreadRecords {
    const heldBySender = new Map<string, number>();
    for (const { message } of this.held) {
      const sender = message.sender.correspondent;
      heldBySender.set(sender, (heldBySender.get(sender) ?? 0) + 1);
    }
    return { decisions: this.decisions, held: this.held, pending: this.pending, heldBySender };
  }

  /** The decision on a message; throws when there is none. */
  decisionOn(message: Message): Decision {
    const known = this.decisions.find(
      ({ decision }) =>
        decision.messageId === message.messageId && decision.requestDigest === message.requestDigest,
    );
    if (known === undefined) throw new Error('not decided');
    return known.decision;
  }

  isDecided(message: Message): boolean {
    return this.decisions.some(({ decision }) => decision.messageId === message.messageId);
  }

  #keep(outcome: SliceDecision): SliceDecision {
    this.decisions.push(...outcome.recorded);
    this.held = [...this.held.filter((each) => !outcome.heldNoMore.includes(each)), ...outcome.heldAnew];
    this.pending = [...this.pending, ...outcome.released].filter((each) => !outcome.owed.includes(each));
    return outcome;
  }
}

/** Who gets what by a decision: `post:DJ ACTION`, in order. */
export function rolesIn(decision: Decision): string[] {
  return decision.entries.map(({ correspondent, role, noticeCode }) =>
    noticeCode === null ? `${correspondent} ${role}` : `${correspondent} ${role} ${noticeCode}`,
  );
}
