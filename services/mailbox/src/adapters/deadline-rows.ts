import type { Deadline, Schedule } from '../domain/deadline.ts';
import type { Settlement } from '../domain/settle-deadline.ts';

/** A deadline as the migration's function takes it; `ordinal` is its delivery's place among the inbox entries. */
export function deadlineRow(deadline: Deadline, ordinal: number | null): object {
  return {
    ordinal,
    deadline_id: deadline.deadlineId,
    kind: deadline.kind,
    correspondent: deadline.correspondent,
    message_id: deadline.messageId,
    status: deadline.status,
    card: deadline.card,
    from_receipt: deadline.runsFromReceipt,
    started_at: timeOf(deadline.startedAtMs),
    ...timesOf(deadline),
  };
}

/** A settlement as the migration's function takes it. */
export function settlementRow({ correspondent, messageId, cause }: Settlement): object {
  return { correspondent, message_id: messageId, cause };
}

/** A moment as it stands in JSON that PostgreSQL reads. */
export function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}

function timesOf({ dueAtMs, remindAtMs, escalateAtMs }: Schedule): object {
  return {
    due_at: timeOf(dueAtMs),
    remind_at: remindAtMs.map(timeOf),
    escalate_at: escalateAtMs.map(timeOf),
  };
}
