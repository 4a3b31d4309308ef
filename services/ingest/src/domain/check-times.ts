import type { MessageDraft } from '@chappe/schemas';
import { type Finding, invalid } from './finding.ts';

/** Clocks of posts run apart; more than this ahead of ours is a mistake. */
const mostAheadMs = 5 * 60 * 1000;

/** Nobody wrote a message before; a clock that says so was never set. */
const earliestMs = Date.UTC(2020, 0, 1);

/**
 * Times must be in order, the past in the past, a deadline after the moment it was set, and the clock that wrote
 * them set at all. What is told may have happened at any time before.
 */
export function checkTimes(draft: MessageDraft, nowMs: number): Finding[] {
  const told = [
    ['/occurredAt', draft.occurredAt],
    ['/authoredAt', draft.authoredAt],
    ['/sentAt', draft.sentAt],
    ['/body/disclosedAt', draft.disclosure?.disclosedAt ?? null],
  ] as const;
  const past = told.flatMap(([pointer, at]) =>
    isAfter(at, nowMs + mostAheadMs) ? [invalid(pointer, 'lies in the future')] : [],
  );
  const unset = (['authoredAt', 'sentAt'] as const).flatMap((name) =>
    isAfter(earliestMs, draft[name])
      ? [invalid(`/${name}`, 'lies before any message: the clock was not set')]
      : [],
  );
  // A message written offline may arrive after its deadline; it must still be told, as late.
  const setAtMs = draft.sentAt ?? draft.authoredAt ?? nowMs;
  const future = deadlinesOf(draft).flatMap(([pointer, at]) =>
    isAfter(setAtMs, at ?? Number.POSITIVE_INFINITY)
      ? [invalid(pointer, 'lies before the message was sent')]
      : [],
  );
  return [
    ...past,
    ...unset,
    ...future,
    ...(isAfter(draft.authoredAt, draft.sentAt) ? [invalid('/sentAt', 'lies before authoredAt')] : []),
    ...(isAfter(draft.validFrom, draft.expiresAt) ? [invalid('/expiresAt', 'lies before validFrom')] : []),
  ];
}

function deadlinesOf(draft: MessageDraft): (readonly [pointer: string, at: number | null])[] {
  return [
    ['/replyBy', draft.replyBy],
    ['/expiresAt', draft.expiresAt],
    ['/reviewAt', draft.reviewAt],
    ['/body/deadline', draft.dispatch?.deadline ?? null],
    ['/body/newReplyBy', draft.reply?.newReplyBy ?? null],
    ['/body/validUntil', draft.release?.validUntil ?? null],
  ];
}

function isAfter(atMs: number | null, limitMs: number | null): boolean {
  return atMs !== null && limitMs !== null && atMs > limitMs;
}
