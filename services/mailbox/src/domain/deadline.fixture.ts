import {
  applyDirectoryRecord,
  buildRelease,
  currentSnapshot,
  type DirectoryEntries,
  type DirectorySnapshot,
  emptyReplica,
  loadDemonstration,
} from '@chappe/directory';
import type { Delivery, Message } from '@chappe/schemas';
import type { DeadlineTerms } from './deadline.ts';
import { type DeliveryWishes, delivery, original } from './delivery.fixture.ts';

const minuteMs = 60_000;

/** Terms that differ from one another, so that no test takes one for another. */
export const someTerms: DeadlineTerms = {
  flashAcknowledgeMs: 5 * minuteMs,
  takeInChargeMs: { flash: 30 * minuteMs, urgent: 480 * minuteMs, routine: 7 * 1_440 * minuteMs },
  complyMs: 1_440 * minuteMs,
};

/** A delivery whose message is changed as asked; invented. */
export function changed(wishes: DeliveryWishes, change: Partial<Message>): Delivery {
  const plain = delivery(wishes);
  if (plain.message === null) throw new Error('a notice has no message to change');
  return { ...plain, kind: change.kind ?? plain.kind, message: { ...plain.message, ...change } };
}

/** An information request as its addressee gets it. */
export function request(
  wishes: DeliveryWishes,
  { replyBy, channel }: { replyBy: number | null; channel: string | null },
): Delivery {
  return changed(wishes, {
    kind: 'INFORMATION_REQUEST',
    lead: null,
    replyBy,
    urgency: 'URGENT',
    informationRequest: {
      question: 'An invented question?',
      purpose: 'Invented',
      facts: 'Invented',
      addresseeReason: 'Invented',
      channel,
      entities: [],
      relations: [],
    },
  });
}

/** The sender's own copy of a reply. */
export function reply(
  wishes: DeliveryWishes,
  answered: string,
  outcome: NonNullable<Message['reply']>['outcome'],
  newReplyBy: number | null = null,
): Delivery {
  const own = { ...wishes, sender: wishes.to, role: 'SENDER' as const };
  return changed(own, {
    kind: 'REPLY',
    lead: null,
    inReplyTo: answered,
    reply: {
      outcome,
      content: 'Invented',
      refusalGround: null,
      refusalExplanation: null,
      newReplyBy,
      accessibility: null,
      entities: [],
      relations: [],
    },
  });
}

/** A dispatch with an instruction that has a date. */
export function dispatched(wishes: DeliveryWishes, deadline: number | null): Delivery {
  const passedOn = original({ number: 900 });
  return changed(wishes, {
    kind: 'DISPATCH',
    lead: null,
    dispatch: {
      original: { messageId: passedOn.messageId, reference: null, requestDigest: null },
      action: [],
      information: [],
      instruction: 'Invented',
      deadline,
    },
  });
}

/** A correction of an information request, or of a dispatch, as whoever holds that gets it. */
export function correction(
  wishes: DeliveryWishes,
  supersedes: string,
  {
    replyBy = null,
    channel = null,
    deadline,
  }: {
    replyBy?: number | null;
    channel?: string | null;
    /** Given: it corrects a dispatch. */
    deadline?: number | null;
  },
): Delivery {
  const corrected =
    deadline === undefined
      ? { informationRequest: request(wishes, { replyBy, channel }).message?.informationRequest ?? null }
      : { dispatch: dispatched(wishes, deadline).message?.dispatch ?? null };
  return changed(wishes, {
    kind: 'CORRECTION',
    lead: null,
    supersedes,
    replyBy,
    correction: {
      reason: 'An invented error',
      lead: null,
      supplement: null,
      informationRequest: null,
      reply: null,
      dispatch: null,
      disclosure: null,
      closure: null,
      ...corrected,
    },
  });
}

/** The closure of a thread. */
export function closure(wishes: DeliveryWishes): Delivery {
  return changed(
    { sender: wishes.to, ...wishes },
    { kind: 'CLOSURE', lead: null, closure: { outcome: 'EXPLOITED', feedback: null, duplicateOf: null } },
  );
}

/** The directory of the demonstration, changed as asked. */
export function demonstrationSnapshot(
  change: (entries: DirectoryEntries) => DirectoryEntries = (same) => same,
): DirectorySnapshot {
  const records = buildRelease(change(loadDemonstration('http://127.0.0.1:9/issuer')), {
    number: 1,
    previousSha256: null,
    proposedBy: 'person-1',
    approvedBy: 'person-2',
    publishedAtMs: 0,
    demonstration: true,
  });
  let state = emptyReplica();
  for (const record of records) state = applyDirectoryRecord(state, record).state;
  const snapshot = currentSnapshot(state);
  if (snapshot === undefined) throw new Error('the demonstration is not a release');
  return snapshot;
}
