import type { DeadlineKind } from './deadline.ts';

/** A deadline as the store has it, with what happened about it. */
export interface KeptDeadline {
  readonly kind: DeadlineKind;
  readonly correspondent: string;
  readonly messageId: string;
  readonly dueAtMs: number;
  readonly endedAtMs: number | null;
  readonly endedBy: string | null;
  readonly events: readonly { readonly step: 'REMINDER' | 'ESCALATION'; readonly atMs: number }[];
}

/** What is owed until when, as whoever sent the message sees it. */
export interface DeadlineJson {
  readonly kind: DeadlineKind;
  readonly dueAt: string;
  /** It was not met in time: it ended late, or is still open. */
  readonly late: boolean;
  readonly endedAt?: string;
  /** The receipt or the message that ended it. */
  readonly endedBy?: string;
  /** What happened about it, without whom it was told to. */
  readonly events: readonly { readonly step: 'REMINDER' | 'ESCALATION'; readonly at: string }[];
}

/**
 * A deadline for its message's sender. A reminder reached the holder, whom the sender sees; whom an escalation
 * reached is the network's own matter, so no step says to whom it went.
 */
export function showDeadline(deadline: KeptDeadline, nowMs: number): DeadlineJson {
  const { kind, dueAtMs, endedAtMs, endedBy, events } = deadline;
  return {
    kind,
    dueAt: new Date(dueAtMs).toISOString(),
    late: (endedAtMs ?? nowMs) > dueAtMs,
    ...(endedAtMs === null ? {} : { endedAt: new Date(endedAtMs).toISOString() }),
    ...(endedBy === null ? {} : { endedBy }),
    events: events.map(({ step, atMs }) => ({ step, at: new Date(atMs).toISOString() })),
  };
}

/** `dueAt` and `late` of an item for its own holder, from the earliest of what is still open about it. */
export function showDue(dueAtMs: number | null, nowMs: number): { dueAt?: string; late?: true } {
  if (dueAtMs === null) return {};
  return { dueAt: new Date(dueAtMs).toISOString(), ...(nowMs > dueAtMs ? { late: true as const } : {}) };
}
