import type { Message } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenCorrection,
  givenLead,
  givenReply,
  givenSupplement,
  noonMs,
} from '../../test/given.ts';
import { ThreadHistory } from '../../test/thread-history.ts';

const authors = ['post:DJ', 'desk:trafficking', 'post:CI'] as const;
const follow = { givenReply, givenSupplement, givenCorrection, givenCancellation };

/** A thread in the order in which it was written; of several authors, some of its references are forbidden. */
const threadsOf = (by: readonly (typeof authors)[number][], kinds: readonly (keyof typeof follow)[]) =>
  fc
    .array(
      fc.record({
        author: fc.constantFrom(...by),
        kind: fc.constantFrom(...kinds),
        to: fc.nat(),
        urgency: fc.constantFrom('ROUTINE', 'URGENT' as const),
      }),
      { maxLength: 8 },
    )
    .map((steps) => {
      const thread: Message[] = [
        givenLead('post:DJ', { recipients: { action: [{ correspondent: 'post:CI' }] } }),
      ];
      for (const { author, kind, to, urgency } of steps) {
        const original = thread[to % thread.length];
        if (original !== undefined) thread.push(follow[kind](author, original, { urgency }));
      }
      return thread;
    });

/** Shown by a failing test as one line per message. */
class Thread {
  readonly messages: readonly Message[];

  constructor(messages: readonly Message[]) {
    this.messages = messages;
  }

  [fc.toStringMethod](): string {
    const place = new Map(this.messages.map(({ messageId }, index) => [messageId, index]));
    return this.messages
      .map(({ kind, urgency, sender, inReplyTo, supersedes, cancels }, index) => {
        const to = place.get(inReplyTo ?? supersedes ?? cancels ?? '') ?? 'nothing';
        return `${index}: ${sender.correspondent} ${urgency} ${kind} to ${to}`;
      })
      .join('; ');
  }
}

/** The same messages as they may arrive: out of order, repeated, cut into slices anywhere. */
const arrivalsOf = (threads: ReturnType<typeof threadsOf>) =>
  threads.chain((thread) =>
    fc.record({
      thread: fc.constant(new Thread(thread)),
      order: fc.shuffledSubarray([...thread.keys(), ...thread.keys()], { minLength: thread.length * 2 }),
      cut: fc.integer({ min: 1, max: 5 }),
    }),
  );
const arrivals = arrivalsOf(
  threadsOf(authors, ['givenReply', 'givenSupplement', 'givenCorrection', 'givenCancellation']),
);
/** Of one author who corrects and withdraws. */
const withdrawals = arrivalsOf(threadsOf(['post:DJ'], ['givenCorrection', 'givenCancellation']));

function routeInSlices(messages: readonly Message[], cut: number): ThreadHistory {
  const history = new ThreadHistory();
  for (let at = 0; at < messages.length; at += cut) {
    history.route(messages.slice(at, at + cut), { maxHeldPerSender: 1_000 });
  }
  history.sweep(noonMs + 3_600_000);
  return history;
}

/**
 * The messages whose fate may depend on the order of arrival: corrections of what is cancelled in this thread, which
 * are refused once it is, and whatever refers to such a correction.
 */
function racingCancellation(thread: readonly Message[]): ReadonlySet<string> {
  const byId = new Map(thread.map((message) => [message.messageId, message]));
  const cancelled = new Set(thread.flatMap(({ cancels }) => cancels ?? []));
  const isWithdrawn = (messageId: string | null): boolean =>
    messageId !== null && (cancelled.has(messageId) || isWithdrawn(byId.get(messageId)?.supersedes ?? null));
  const racing = new Set<string>();
  for (const { messageId, supersedes, cancels, inReplyTo } of thread) {
    const refersToRacing = [supersedes, cancels, inReplyTo].some((id) => id !== null && racing.has(id));
    if (isWithdrawn(supersedes) || refersToRacing) racing.add(messageId);
  }
  return racing;
}

const refusalsOfRacing = [
  'original-cancelled',
  'reference-unavailable',
  'correction-of-other-kind',
  'not-cancellable',
];

describe('a thread', () => {
  it('comes to the same decisions in whatever order and however often its messages arrive', () => {
    fc.assert(
      fc.property(arrivals, ({ thread: { messages: thread }, order, cut }) => {
        const asWritten = routeInSlices(thread, thread.length);
        const arrived = order.flatMap((index) => thread[index] ?? []);
        const asArrived = routeInSlices(arrived, cut);
        const racing = racingCancellation(thread);

        expect(asArrived.held).toHaveLength(0);
        expect(asArrived.decisions).toHaveLength(thread.length);
        for (const message of thread) {
          const { outcome, refusalCode } = asWritten.decisionOn(message);
          if (!racing.has(message.messageId)) {
            expect(asArrived.decisionOn(message)).toMatchObject({ outcome, refusalCode });
            continue;
          }
          const { refusalCode: code } = asArrived.decisionOn(message);
          if (code !== null) expect(refusalsOfRacing).toContain(code);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('tells nothing of a correction that is decided after what it corrects was cancelled', () => {
    fc.assert(
      fc.property(withdrawals, ({ thread: { messages: thread }, order, cut }) => {
        const { decisions } = routeInSlices(
          order.flatMap((index) => thread[index] ?? []),
          cut,
        );
        const withdrawn = new Set<string>();
        const corrected = new Map(thread.map(({ messageId, supersedes }) => [messageId, supersedes]));
        for (const { decision } of decisions) {
          if (decision.outcome === 'REFUSED') continue;
          const { messageId, kind } = decision;
          if (kind === 'CANCELLATION') {
            withdrawn.add(thread.find((each) => each.messageId === messageId)?.cancels ?? '');
          }
          for (let id = corrected.get(messageId) ?? null; id !== null; id = corrected.get(id) ?? null) {
            expect(withdrawn.has(id)).toBe(false);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('what a slice publishes', () => {
  it('holds every decision of it once, and nothing that waits', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');
    const orphan = givenReply('post:CI', givenLead('post:SN'));

    const { publish } = history.route([lead, orphan, lead]);

    expect(publish.map(({ decision }) => decision.messageId)).toEqual([lead.messageId]);
  });

  it('puts what its thread still owes in its lane first, and leaves other lanes to the relay', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ', { urgency: 'URGENT' });
    const early = givenSupplement('post:DJ', lead);
    history.route([early]);
    const released = history.route([lead]);
    expect(released.released.map(({ decision }) => decision.messageId)).toEqual([early.messageId]);
    expect(released.publish.map(({ decision }) => decision.messageId)).toEqual([lead.messageId]);
    expect(released.owed).toEqual([]);

    const later = givenSupplement('post:DJ', lead);
    const { publish, owed } = history.route([later]);

    expect(publish.map(({ decision }) => decision.messageId)).toEqual([early.messageId, later.messageId]);
    expect(owed.map(({ decision }) => decision.messageId)).toEqual([early.messageId]);
    expect(history.pending).toEqual([]);
  });

  it('publishes at once what it released in its own lane', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');
    const early = givenSupplement('post:DJ', lead);
    history.route([early]);

    const { publish, owed } = history.route([lead]);

    expect(publish.map(({ decision }) => decision.messageId)).toEqual([lead.messageId, early.messageId]);
    expect(owed.map(({ decision }) => decision.messageId)).toEqual([early.messageId]);
  });
});
