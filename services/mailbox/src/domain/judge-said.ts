import { type AskedTerms, type Channels, clockOf, earlierOf } from './asked-terms.ts';
import type { DeadlineKind } from './deadline.ts';

/** A deadline that is open, with what it hangs on. */
export interface OpenDeadline {
  readonly kind: DeadlineKind;
  readonly messageId: string;
  /** When the delivery was decided that causes it. */
  readonly decidedAtMs: number;
  /** Whether a cancellation recalls that delivery. */
  readonly recalled: boolean;
  /** Whether it is about a cancellation, which binds whatever else is said. */
  readonly ofRecall: boolean;
  readonly startedAtMs: number;
  readonly dueAtMs: number;
  /** What the message asked; null for what has no date of its own, and for rows of older releases. */
  readonly asked: AskedTerms | null;
}

/** A correction as its holder has it. */
export interface HeldCorrection {
  readonly messageId: string;
  readonly originalId: string;
  readonly decidedAtMs: number;
  readonly receivedAtMs: number;
  /** What is recalled says nothing any more. */
  readonly recalled: boolean;
  readonly dateMs: number | null;
  readonly channel: string | null;
}

/** A reply that whoever owes has sent. */
export interface OwnReply {
  readonly answers: string;
  readonly decidedAtMs: number;
  /** Of an EXTENSION: until when; null for an answer. */
  readonly extendsToMs: number | null;
}

/** What stands in one correspondent's thread, whatever the order in which it came. */
export interface SaidInThread {
  /** When the latest closure was decided; null while the thread is open. */
  readonly closedAtMs: number | null;
  readonly corrections: readonly HeldCorrection[];
  readonly replies: readonly OwnReply[];
}

/** What becomes of a deadline. */
export type SaidVerdict =
  | { readonly status: 'stands' }
  | { readonly status: 'ended'; readonly by: 'CANCELLED' | 'REPLIED' | 'CLOSED' }
  | { readonly status: 'moved'; readonly dueAtMs: number };

/** A recall is obeyed and an EMERGENCY is reviewed whatever is said in the thread. */
const endedBySaying: readonly DeadlineKind[] = ['ACKNOWLEDGE', 'TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT'];
const answered: readonly DeadlineKind[] = ['TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT'];

/**
 * Judges one open deadline by all that was said, from nothing but what was decided and when: whatever arrives first,
 * the same is owed in the end. What is ended is never judged again, so nothing that was fulfilled comes back.
 *
 * - A closure ends what was decided no later than it; who asks afterwards asks anew. Only the lead desk may close.
 * - An answer to a message, or to a correction of it, fulfils both.
 * - The recall of a message covers its corrections.
 * - A correction moves the date if it names another one or another channel. A new channel's clock runs from receipt of
 *   the correction, an old one runs on from receipt of the request (Directive (EU) 2023/977, article 5).
 * - An extension sets the date that it names; no clock binds earlier any more, for it says why that cannot be kept.
 */
export function judgeSaid(deadline: OpenDeadline, said: SaidInThread, channels: Channels): SaidVerdict {
  const { kind, decidedAtMs } = deadline;
  if (deadline.ofRecall || !endedBySaying.includes(kind)) return { status: 'stands' };
  if (deadline.recalled) return { status: 'ended', by: 'CANCELLED' };
  const family = familyOf(deadline.messageId, said.corrections);
  const answers = said.replies.filter((each) => family.has(each.answers));
  const isAnswered = answers.some((each) => each.extendsToMs === null && each.decidedAtMs >= decidedAtMs);
  if (isAnswered && answered.includes(kind)) return { status: 'ended', by: 'REPLIED' };
  if (said.closedAtMs !== null && said.closedAtMs >= decidedAtMs) return { status: 'ended', by: 'CLOSED' };
  const dueAtMs = agreedDue(deadline, said.corrections, answers, channels);
  return dueAtMs === deadline.dueAtMs ? { status: 'stands' } : { status: 'moved', dueAtMs };
}

/** A message, what it corrects, and all that corrects any of these. */
function familyOf(messageId: string, corrections: readonly HeldCorrection[]): ReadonlySet<string> {
  const family = new Set([messageId]);
  for (let known = 0; known < family.size; ) {
    known = family.size;
    for (const each of corrections) {
      if (family.has(each.messageId) || family.has(each.originalId)) {
        family.add(each.messageId).add(each.originalId);
      }
    }
  }
  return family;
}

type DateWord = { readonly decidedAtMs: number; readonly key: string } & (
  | { readonly correction: HeldCorrection }
  | { readonly extendsToMs: number }
);

function agreedDue(
  { kind, messageId, startedAtMs, dueAtMs, asked }: OpenDeadline,
  corrections: readonly HeldCorrection[],
  replies: readonly OwnReply[],
  channels: Channels,
): number {
  if (kind !== 'REPLY' && kind !== 'CARRY_OUT') return dueAtMs;
  const words = dateWords(messageId, corrections, kind === 'REPLY' ? replies : []);
  if (words.length === 0 && asked === null) return dueAtMs;
  let dateMs = asked === null ? dueAtMs : asked.dateMs;
  let channel = asked?.channel ?? null;
  let clockAtMs = asked === null || asked.withinMs === null ? null : startedAtMs + asked.withinMs;
  let agreedMs = earlierOf(dateMs, clockAtMs);
  for (const word of words) {
    if ('extendsToMs' in word) {
      agreedMs = word.extendsToMs;
      clockAtMs = null;
      continue;
    }
    const { correction } = word;
    const namedMs = correction.dateMs ?? dateMs;
    const namedChannel = correction.channel ?? channel;
    if (namedMs === dateMs && namedChannel === channel) continue;
    if (namedChannel !== channel) {
      const withinMs = clockOf(namedChannel, asked?.urgency ?? 'UNKNOWN', channels);
      clockAtMs = withinMs === null ? null : correction.receivedAtMs + withinMs;
    }
    dateMs = namedMs;
    channel = namedChannel;
    agreedMs = earlierOf(dateMs, clockAtMs);
  }
  return agreedMs ?? dueAtMs;
}

/** Corrections of a message and of its corrections, and extensions, in the order of their decisions. */
function dateWords(
  messageId: string,
  corrections: readonly HeldCorrection[],
  replies: readonly OwnReply[],
): readonly DateWord[] {
  const below = new Set([messageId]);
  for (let known = 0; known < below.size; ) {
    known = below.size;
    for (const each of corrections) if (below.has(each.originalId)) below.add(each.messageId);
  }
  const words: DateWord[] = corrections
    .filter((each) => below.has(each.originalId) && !each.recalled)
    .map((correction) => ({ decidedAtMs: correction.decidedAtMs, key: correction.messageId, correction }));
  for (const { answers, decidedAtMs, extendsToMs } of replies) {
    if (extendsToMs !== null) words.push({ decidedAtMs, key: `${answers} ${extendsToMs}`, extendsToMs });
  }
  return words.sort((a, b) => a.decidedAtMs - b.decidedAtMs || (a.key < b.key ? -1 : 1));
}
