import type { Schedule } from './deadline.ts';

/** How much of a schedule has happened. */
export interface Progress {
  readonly reminded: number;
  readonly escalated: number;
}

/** One thing to do now; `number` counts from one within its kind. */
export interface Step {
  readonly step: 'REMINDER' | 'ESCALATION';
  readonly number: number;
  /** When it should have been done: never after now, and the same at every replica. */
  readonly plannedAtMs: number;
}

/** What is to be done at a moment, and what remains. */
export interface Firing {
  readonly step: Step | null;
  readonly progress: Progress;
  /** Differs from before where a clock jumped over more than one escalation. */
  readonly escalateAtMs: readonly number[];
  /** When to look again; null when nothing is left. */
  readonly nextAtMs: number | null;
}

/**
 * What a schedule asks for at a moment, given what has happened. Of several reminders that a clock jumped over only
 * the latest is given, and none once it is late. Escalations are given one at a time: those further along the rota
 * keep their distance, so that a jump does not wake everybody at once. A clock that jumps back repeats nothing.
 */
export function fireDeadline(schedule: Schedule, progress: Progress, nowMs: number): Firing {
  const { dueAtMs, remindAtMs, escalateAtMs } = schedule;
  const passed = remindAtMs.filter((atMs) => atMs <= nowMs).length;
  const lateNow = nowMs >= dueAtMs;
  const reminded = Math.max(progress.reminded, lateNow ? remindAtMs.length : passed);
  const { escalated } = progress;
  const escalationMs = escalateAtMs[escalated];
  if (escalationMs !== undefined && escalationMs <= nowMs) {
    const step = { step: 'ESCALATION', number: escalated + 1, plannedAtMs: escalationMs } as const;
    return rest(
      step,
      { reminded, escalated: escalated + 1 },
      withDistance(escalateAtMs, escalated, nowMs),
      remindAtMs,
    );
  }
  const plannedAtMs = remindAtMs[passed - 1];
  const step =
    plannedAtMs === undefined || lateNow || passed <= progress.reminded
      ? null
      : ({ step: 'REMINDER', number: passed, plannedAtMs } as const);
  return rest(step, { reminded, escalated }, escalateAtMs, remindAtMs);
}

function rest(
  step: Step | null,
  progress: Progress,
  escalateAtMs: readonly number[],
  remindAtMs: readonly number[],
): Firing {
  const ahead = [remindAtMs[progress.reminded], escalateAtMs[progress.escalated]].filter(
    (atMs) => atMs !== undefined,
  );
  return { step, progress, escalateAtMs, nextAtMs: ahead.length === 0 ? null : Math.min(...ahead) };
}

/** Moves what follows the escalation given now, where it is given late. */
function withDistance(escalateAtMs: readonly number[], given: number, nowMs: number): readonly number[] {
  const lateMs = nowMs - (escalateAtMs[given] ?? nowMs);
  const next = escalateAtMs[given + 1];
  if (next === undefined || next > nowMs) return escalateAtMs;
  return escalateAtMs.map((atMs, index) => (index > given ? atMs + lateMs : atMs));
}
