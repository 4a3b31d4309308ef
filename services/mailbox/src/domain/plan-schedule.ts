import type { DeadlineKind, Schedule } from './deadline.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A reminder that leaves less time than this comes too late to be of use. */
const leastNoticeMs = minuteMs;
/** What arrives late already, or nearly, gives its holder this long before anybody else is told. */
const leastTimeMs = 15 * minuteMs;

/**
 * What is done around a moment: reminders when half and when an eighth of the time remains, escalations once it is
 * late. A flash that nobody sees is escalated again after the same time, twice; anything else once more, a day later.
 */
export function planSchedule(kind: DeadlineKind, startedAtMs: number, dueAtMs: number): Schedule {
  const windowMs = dueAtMs - startedAtMs;
  const remindAtMs = [windowMs / 2, windowMs / 8]
    .filter((noticeMs) => noticeMs >= leastNoticeMs)
    .map((noticeMs) => Math.round(dueAtMs - noticeMs));
  if (kind === 'ACKNOWLEDGE') {
    return { dueAtMs, remindAtMs, escalateAtMs: [0, 1, 2].map((times) => dueAtMs + times * windowMs) };
  }
  const lateAtMs = Math.max(dueAtMs, startedAtMs + leastTimeMs);
  return { dueAtMs, remindAtMs, escalateAtMs: [lateAtMs, lateAtMs + dayMs] };
}
