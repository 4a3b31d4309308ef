import type { DirectorySnapshot } from '@chappe/directory';
import { type Client, inTransaction, type Pool } from '@chappe/postgres';
import { deriveId, deriveMessageId } from '@chappe/schemas';
import { addressEscalation, addressReminder } from '../domain/address-step.ts';
import { composePage, composeReminder, type ToldDeadline } from '../domain/compose-reminder.ts';
import type { Deadline } from '../domain/deadline.ts';
import { type Firing, fireDeadline, type Step } from '../domain/fire-deadline.ts';
import { timeOf } from './deadline-rows.ts';
import { judgeDeadlines } from './postgres-judge-deadlines.ts';

/** By which ways something leaves; a page only where the operator configured one. */
export type ErrandChannel = 'INGEST' | 'MAIL' | 'WEBHOOK';

/** What a sweep did. */
export interface Sweep {
  /** How many deadlines were looked at; as many as the batch allows means that more may wait. */
  readonly claimed: number;
  readonly fired: readonly { readonly kind: Deadline['kind']; readonly step: Step['step'] }[];
  /** The threads of what was fired, ended or moved. */
  readonly threadIds: readonly string[];
}

/** Fires what is due by the clock of the database, at most a batch of it. */
export type SweepDeadlines = (directory: DirectorySnapshot) => Promise<Sweep>;

interface DueRow {
  readonly deadline_id: string;
  readonly kind: Deadline['kind'];
  readonly correspondent: string;
  readonly message_id: string;
  readonly status: Deadline['status'];
  readonly card: Deadline['card'];
  readonly due_at: Date;
  readonly remind_at: readonly Date[];
  readonly escalate_at: readonly Date[];
  readonly reminded: number;
  readonly escalated: number;
  readonly now: Date;
}

interface Fired {
  readonly row: DueRow;
  readonly firing: Firing;
}

/**
 * The clock is asked in a subquery, once: asked row by row, it could not be compared with the index, and each sweep
 * would read all of that.
 */
export const claimDue = `SELECT deadline_id, kind, correspondent, message_id, status, card, due_at, remind_at, escalate_at,
    reminded, escalated, clock_timestamp() AS now
  FROM deadline WHERE next_at <= (SELECT clock_timestamp())
  ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED`;

/**
 * One transaction: claims rows that no other replica holds, writes how far each has come, what happened and what is to
 * be told. A process that dies before the commit has done nothing; after it, the errands are there for anybody. What
 * was said meanwhile is judged first, so that nobody is reminded of what has ended or moved.
 */
export function createDeadlineSweep(
  pool: Pool,
  options: { serviceCorrespondent: string; channels: readonly ErrandChannel[]; batch: number },
): SweepDeadlines {
  return (directory) =>
    inTransaction(pool, async (client) => {
      const { rows } = await client.query<DueRow>({
        name: 'deadline-claim',
        text: claimDue,
        values: [options.batch],
      });
      if (rows.length === 0) return { claimed: 0, fired: [], threadIds: [] };
      const claimed = rows.map((row) => row.deadline_id);
      const judged = await judgeDeadlines(client, claimed, directory.channels);
      const due = rows.filter((row) => !judged.deadlineIds.has(row.deadline_id));
      const fired = due.map((row) => ({ row, firing: fireRow(row) }));
      await moveOn(client, fired);
      await record(client, fired, directory, options);
      const told = fired.filter(({ firing }) => firing.step !== null);
      const threadIds = await threadsOf(
        client,
        told.map(({ row }) => row.deadline_id),
      );
      return {
        claimed: rows.length,
        fired: told.flatMap(({ row, firing: { step } }) =>
          step === null ? [] : [{ kind: row.kind, step: step.step }],
        ),
        threadIds: [...new Set([...judged.threadIds, ...threadIds])],
      };
    });
}

/** The threads of some deadlines: a recall may be held as a bare notice, and a review is the sender's own. */
async function threadsOf(client: Client, deadlineIds: readonly string[]): Promise<readonly string[]> {
  if (deadlineIds.length === 0) return [];
  const { rows } = await client.query<{ thread_id: string }>({
    name: 'deadline-threads',
    text: `SELECT t.thread_id FROM deadline AS d CROSS JOIN LATERAL (
             SELECT thread_id FROM inbox_item
             WHERE message_id = d.message_id AND correspondent = d.correspondent AND role <> 'NOTICE'
             UNION SELECT thread_id FROM inbox_item
             WHERE message_id = d.message_id AND correspondent = d.correspondent AND role = 'NOTICE'
             UNION SELECT thread_id FROM sent_item
             WHERE message_id = d.message_id AND correspondent = d.correspondent) AS t
           WHERE d.deadline_id = ANY ($1::uuid[])`,
    values: [deadlineIds],
  });
  return rows.map((row) => row.thread_id);
}

function fireRow(row: DueRow): Firing {
  const schedule = {
    dueAtMs: row.due_at.getTime(),
    remindAtMs: row.remind_at.map((at) => at.getTime()),
    escalateAtMs: row.escalate_at.map((at) => at.getTime()),
  };
  return fireDeadline(schedule, row, row.now.getTime());
}

async function moveOn(client: Client, fired: readonly Fired[]): Promise<void> {
  const moved = fired.map(({ row, firing }) => ({
    deadline_id: row.deadline_id,
    ...firing.progress,
    escalate_at: firing.escalateAtMs.map(timeOf),
    next_at: firing.nextAtMs === null ? null : timeOf(firing.nextAtMs),
  }));
  await client.query({
    name: 'deadline-move-on',
    text: `UPDATE deadline AS d SET reminded = m.reminded, escalated = m.escalated, escalate_at = m.escalate_at,
             next_at = m.next_at
           FROM jsonb_to_recordset($1::jsonb) AS m(deadline_id uuid, reminded integer, escalated integer,
             escalate_at timestamptz[], next_at timestamptz)
           WHERE d.deadline_id = m.deadline_id`,
    values: [JSON.stringify(moved)],
  });
}

async function record(
  client: Client,
  fired: readonly Fired[],
  directory: DirectorySnapshot,
  options: { serviceCorrespondent: string; channels: readonly ErrandChannel[] },
): Promise<void> {
  const told = fired.flatMap(({ row, firing: { step } }) => (step === null ? [] : [tell(row, step)]));
  if (told.length === 0) return;
  await client.query({
    name: 'deadline-record',
    text: `WITH events AS (
             INSERT INTO deadline_event (deadline_id, due_at, step, number, at, recipient, positions, message_id)
             SELECT deadline_id, due_at, step, number, at, recipient, positions, message_id
             FROM jsonb_to_recordset($1::jsonb) AS e(deadline_id uuid, due_at timestamptz, step text, number integer,
               at timestamptz, recipient text, positions text[], message_id uuid)
             ON CONFLICT DO NOTHING
           )
           INSERT INTO deadline_errand (errand_id, channel, payload)
           SELECT errand_id, channel, payload
           FROM jsonb_to_recordset($2::jsonb) AS x(errand_id uuid, channel text, payload jsonb)
           ON CONFLICT DO NOTHING`,
    values: [
      JSON.stringify(told.map(({ event }) => event)),
      JSON.stringify(told.flatMap(({ errands }) => errands)),
    ],
  });

  function tell(row: DueRow, step: Step) {
    const deadline: ToldDeadline = {
      deadlineId: row.deadline_id,
      kind: row.kind,
      messageId: row.message_id,
      status: row.status,
      dueAtMs: row.due_at.getTime(),
      card: row.card,
    };
    const atMs = row.now.getTime();
    const escalates = step.step === 'ESCALATION';
    const addressed = escalates
      ? addressEscalation(directory, row, step.number, atMs)
      : addressReminder(directory, row, atMs);
    const request = composeReminder(deadline, step, addressed);
    // An exercise pages whoever is on its own rota, and nobody where that is empty.
    const pages = escalates && (addressed.onDuty || row.status === 'ACTUAL');
    return {
      event: {
        deadline_id: row.deadline_id,
        due_at: timeOf(deadline.dueAtMs),
        step: step.step,
        number: step.number,
        at: timeOf(atMs),
        recipient: addressed.correspondent,
        positions: addressed.positions,
        message_id: deriveMessageId(options.serviceCorrespondent, request.submissionId),
      },
      errands: options.channels
        .filter((channel) => channel === 'INGEST' || pages)
        .map((channel) => ({
          errand_id: deriveId('deadline-errand', request.submissionId, channel),
          channel,
          payload: channel === 'INGEST' ? request : composePage(deadline, step, addressed),
        })),
    };
  }
}
