import type { Delivery } from '@chappe/schemas';
import type { SlicePlan } from './plan-slice.ts';

/** What a slice says that bears on other messages of its threads. */
export interface SaidInSlice {
  /** Threads in which what is owed has to be looked at. */
  readonly threadIds: readonly string[];
  /** Who is given which correction of what. */
  readonly corrections: readonly {
    readonly correspondent: string;
    readonly messageId: string;
    readonly originalId: string;
  }[];
}

/** As its sender's own copy these count once, and for everybody in the thread or for the sender alone. */
const saidBySender: readonly string[] = ['CLOSURE', 'REPLY', 'RELEASE'];
/** These count for whoever receives them. */
const saidToHolder: readonly string[] = ['CORRECTION', 'CANCELLATION'];

/** Collects it; most slices say nothing. */
export function saidInSlice({ inbox, sent }: Pick<SlicePlan, 'inbox' | 'sent'>): SaidInSlice {
  const received = inbox.map((entry) => entry.delivery).filter(({ kind }) => saidToHolder.includes(kind));
  const own = sent.map((entry) => entry.delivery).filter(({ kind }) => saidBySender.includes(kind));
  return {
    threadIds: [...new Set([...received, ...own].map((each) => each.threadId))],
    corrections: received.flatMap(correctionOf),
  };
}

function correctionOf({ kind, correspondent, messageId, message }: Delivery): SaidInSlice['corrections'] {
  const originalId = kind === 'CORRECTION' ? (message?.supersedes ?? null) : null;
  return originalId === null ? [] : [{ correspondent, messageId, originalId }];
}
