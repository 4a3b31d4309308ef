import type { DirectoryEntries } from '@chappe/directory';
import type { DutyShift } from '@chappe/schemas';
import type { RunErrand } from '../src/adapters/run-errands.ts';
import { eventually, type Harness } from './mailbox-harness.ts';

/** What was told to ingest, in place of ingest. */
export interface Told {
  readonly submissionId: string;
  readonly status: string;
  readonly exerciseId?: string;
  readonly urgency: string;
  readonly recipients: {
    readonly action: readonly {
      readonly correspondent: string;
      readonly attention?: { readonly positions: readonly string[]; readonly exclusive: boolean };
    }[];
  };
  readonly body: {
    readonly code: string;
    readonly about: { readonly messageId: string; readonly reference?: string };
  };
}

/** Takes what is told, and answers it as asked. */
export function listener(answer: () => Awaited<ReturnType<RunErrand>> = () => ({ status: 'done' })) {
  const told: Told[] = [];
  const attempts: Told[] = [];
  return {
    told,
    attempts,
    /** Whatever was told about one message. */
    about: (messageId: string) => told.filter((each) => each.body.about.messageId === messageId),
    runner: (async (payload) => {
      const result = answer();
      attempts.push(payload as Told);
      if (result.status === 'done') told.push(payload as Told);
      return result;
    }) satisfies RunErrand,
  };
}

/** Settings under which a flash is late after a moment, and is looked for often. */
export const impatient = { FLASH_ACKNOWLEDGE_WITHIN_MS: '1500', DEADLINE_SWEEP_MS: '100' };

/** Gives the duty desk rotas that run at every hour, so that tests do not depend on theirs. */
export function alwaysOnDuty(entries: DirectoryEntries): DirectoryEntries {
  const shift = (status: 'ACTUAL' | 'EXERCISE', position: string): DutyShift => ({
    shiftId: `always-${status}`,
    correspondent: 'desk:duty',
    position,
    status,
    days: ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'],
    startsAt: '00:00',
    endsAt: '00:00',
    timeZone: 'Europe/Paris',
    validFrom: 0,
    validUntil: null,
  });
  return {
    ...entries,
    absences: [],
    shifts: [
      ...entries.shifts.filter((each) => each.correspondent !== 'desk:duty'),
      shift('ACTUAL', 'permanent de nuit'),
      shift('EXERCISE', "animateur d'exercice"),
    ],
  };
}

/** What is known of the deadlines of a message at one correspondent. */
export async function deadlinesAt(
  harness: Harness,
  messageId: string,
  correspondent: string,
): Promise<readonly { kind: string; ended_by: string | null; due_at: Date; escalated: number }[]> {
  const { rows } = await harness.pool.query(
    `SELECT kind, ended_by, due_at, escalated FROM deadline WHERE message_id = $1 AND correspondent = $2
     ORDER BY kind`,
    [messageId, correspondent],
  );
  return rows;
}

/** Waits until a message has deadlines at a correspondent, or the given ones. */
export async function untilOwed(
  harness: Harness,
  messageId: string,
  correspondent: string,
  kinds?: readonly string[],
): Promise<void> {
  await eventually(`${correspondent} owes something about ${messageId}`, async () => {
    const open = (await deadlinesAt(harness, messageId, correspondent)).filter(
      (each) => each.ended_by === null,
    );
    return kinds === undefined ? open.length > 0 : open.map((each) => each.kind).join() === kinds.join();
  });
}

/** Moves the database's idea of a message's deadlines: what a jump of its clock by so much would look like. */
export async function jump(harness: Harness, messageId: string, interval: string): Promise<void> {
  await harness.pool.query(
    `UPDATE deadline SET due_at = due_at - $2::interval, next_at = next_at - $2::interval,
       remind_at = ARRAY(SELECT each - $2::interval FROM unnest(remind_at) AS each),
       escalate_at = ARRAY(SELECT each - $2::interval FROM unnest(escalate_at) AS each)
     WHERE message_id = $1`,
    [messageId, interval],
  );
}

/** Gives a receipt as a person; the HTTP status of the answer. */
export async function give(
  harness: Harness,
  url: string,
  messageId: string,
  type: string,
  subject: string,
): Promise<number> {
  const response = await fetch(`${url}/v1/inbox/${messageId}/receipts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await harness.token(subject)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ type }),
  });
  await response.body?.cancel();
  return response.status;
}
