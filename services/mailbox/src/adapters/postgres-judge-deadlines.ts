import type { Client } from '@chappe/postgres';
import type { Channels } from '../domain/asked-terms.ts';
import type { Deadline, DeadlineKind } from '../domain/deadline.ts';
import { judgeSaid, type OpenDeadline, type SaidVerdict } from '../domain/judge-said.ts';
import { planSchedule } from '../domain/plan-schedule.ts';
import { timeOf } from './deadline-rows.ts';
import { keyOf, readSaid, type ThreadOf } from './postgres-said-in-threads.ts';

/** The kinds that anything said in their thread can end or move. */
export const judgedKinds: readonly DeadlineKind[] = ['ACKNOWLEDGE', 'TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT'];

/** What judging changed. */
export interface Judged {
  /** Ended or moved: nothing else may be done about these now. */
  readonly deadlineIds: ReadonlySet<string>;
  readonly threadIds: readonly string[];
}

interface JudgedRow {
  readonly deadline_id: string;
  readonly kind: DeadlineKind;
  readonly correspondent: string;
  readonly message_id: string;
  readonly card: Deadline['card'];
  readonly started_at: Date;
  readonly due_at: Date;
  readonly thread_id: string;
  readonly decided_at: Date;
  readonly recalled: boolean;
  readonly of_recall: boolean;
  readonly now: Date;
}

type Change = { readonly row: JudgedRow; readonly verdict: Exclude<SaidVerdict, { status: 'stands' }> };

/**
 * Judges open deadlines by what was said in their threads, where anything was; the caller holds the locks of their
 * rows. Reads after that lock, so that of two who judge the later one knows what the earlier one found.
 */
export async function judgeDeadlines(
  client: Client,
  deadlineIds: readonly string[],
  channels: Channels,
): Promise<Judged> {
  const { rows } = await client.query<JudgedRow>({
    name: 'deadline-judged',
    text: `SELECT d.deadline_id, d.kind, d.correspondent, d.message_id, d.card, d.started_at, d.due_at, x.thread_id,
             x.decided_at, x.recalled_by IS NOT NULL AS recalled, x.kind = 'CANCELLATION' AS of_recall,
             clock_timestamp() AS now
           FROM deadline AS d
           JOIN inbox_item AS x ON x.message_id = d.message_id AND x.correspondent = d.correspondent AND x.role <> 'NOTICE'
           JOIN thread_review AS t ON t.thread_id = x.thread_id
           WHERE d.deadline_id = ANY ($1::uuid[]) AND d.kind = ANY ($2) AND d.ended_at IS NULL`,
    values: [deadlineIds, judgedKinds],
  });
  if (rows.length === 0) return { deadlineIds: new Set(), threadIds: [] };
  const views = new Map(rows.map((row) => [keyOf(viewOf(row)), viewOf(row)]));
  const said = await readSaid(client, [...views.values()]);
  const changes = rows.flatMap((row): Change[] => {
    const inThread = said.get(keyOf(viewOf(row)));
    const verdict = inThread === undefined ? null : judgeSaid(openOf(row), inThread, channels);
    return verdict === null || verdict.status === 'stands' ? [] : [{ row, verdict }];
  });
  if (changes.length > 0) await write(client, changes);
  return {
    deadlineIds: new Set(changes.map(({ row }) => row.deadline_id)),
    threadIds: [...new Set(changes.map(({ row }) => row.thread_id))],
  };
}

/**
 * Reminders and escalations that happened stay recorded under the date that they were about. A date that comes back
 * goes on after what happened about it the first time.
 */
async function write(client: Client, changes: readonly Change[]): Promise<void> {
  const rows = changes.map(({ row: { deadline_id, kind, now }, verdict }) => {
    if (verdict.status === 'ended') return { deadline_id, ended_by: verdict.by };
    const { dueAtMs, remindAtMs, escalateAtMs } = planSchedule(kind, now.getTime(), verdict.dueAtMs);
    return {
      deadline_id,
      due_at: timeOf(dueAtMs),
      remind_at: remindAtMs.map(timeOf),
      escalate_at: escalateAtMs.map(timeOf),
    };
  });
  await client.query({
    name: 'deadline-said',
    text: `UPDATE deadline AS d SET
             ended_by = c.ended_by, ended_at = CASE WHEN c.ended_by IS NOT NULL THEN clock_timestamp() END,
             due_at = coalesce(c.due_at, d.due_at), remind_at = coalesce(c.remind_at, d.remind_at),
             escalate_at = coalesce(c.escalate_at, d.escalate_at),
             reminded = CASE WHEN c.due_at IS NULL THEN d.reminded ELSE c.reminded END,
             escalated = CASE WHEN c.due_at IS NULL THEN d.escalated ELSE c.escalated END,
             next_at = CASE WHEN c.ended_by IS NULL
               THEN least(c.remind_at[c.reminded + 1], c.escalate_at[c.escalated + 1]) END
           FROM (
             SELECT n.*, e.reminded, e.escalated
             FROM jsonb_to_recordset($1::jsonb) AS n(deadline_id uuid, ended_by text, due_at timestamptz,
               remind_at timestamptz[], escalate_at timestamptz[])
             CROSS JOIN LATERAL (
               SELECT coalesce(max(number) FILTER (WHERE step = 'REMINDER'), 0) AS reminded,
                 coalesce(max(number) FILTER (WHERE step = 'ESCALATION'), 0) AS escalated
               FROM deadline_event AS e WHERE e.deadline_id = n.deadline_id AND e.due_at = n.due_at) AS e) AS c
           WHERE d.deadline_id = c.deadline_id AND d.ended_at IS NULL`,
    values: [JSON.stringify(rows)],
  });
}

function viewOf(row: JudgedRow): ThreadOf {
  return { correspondent: row.correspondent, threadId: row.thread_id };
}

function openOf(row: JudgedRow): OpenDeadline {
  return {
    kind: row.kind,
    messageId: row.message_id,
    decidedAtMs: row.decided_at.getTime(),
    recalled: row.recalled,
    ofRecall: row.of_recall,
    startedAtMs: row.started_at.getTime(),
    dueAtMs: row.due_at.getTime(),
    asked: row.card.asked ?? null,
  };
}
