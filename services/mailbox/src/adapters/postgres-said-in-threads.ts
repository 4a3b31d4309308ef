import type { Client } from '@chappe/postgres';
import type { HeldCorrection, OwnReply, SaidInThread } from '../domain/judge-said.ts';
import { isAnswer } from '../domain/settle-deadline.ts';
import { decodeContent } from './postgres-inbox.ts';

/** One correspondent's view of one thread. */
export interface ThreadOf {
  readonly correspondent: string;
  readonly threadId: string;
}

/** More corrections or replies of one thread exist nowhere but in an attack; the latest count. */
const mostOfThread = 200;

interface CorrectionRow {
  readonly correspondent: string;
  readonly thread_id: string;
  readonly message_id: string;
  readonly original_id: string | null;
  readonly decided_at: Date;
  readonly received_at: Date;
  readonly recalled: boolean;
  readonly content: Buffer | null;
}

interface ReplyRow {
  readonly correspondent: string;
  readonly thread_id: string;
  readonly decided_at: Date;
  readonly content: Buffer | null;
}

/** The key of a view among others. */
export function keyOf({ correspondent, threadId }: ThreadOf): string {
  return `${correspondent} ${threadId}`;
}

/**
 * Reads what bears on what is owed from what stands in inboxes and among what was sent: nothing else remembers it, so
 * nothing can disagree with it. A receipt's moment is the database's where the delivery owed anything.
 */
export async function readSaid(
  client: Client,
  views: readonly ThreadOf[],
): Promise<ReadonlyMap<string, SaidInThread>> {
  const correspondents = views.map((each) => each.correspondent);
  const threadIds = views.map((each) => each.threadId);
  const closures = await client.query<{ thread_id: string; decided_at: Date }>({
    name: 'said-closures',
    text: `SELECT thread_id, max(decided_at) AS decided_at FROM sent_item
           WHERE thread_id = ANY ($1::uuid[]) AND kind = 'CLOSURE' AND state = 'ACCEPTED' GROUP BY thread_id`,
    values: [threadIds],
  });
  const corrections = await client.query<CorrectionRow>({
    name: 'said-corrections',
    text: `SELECT x.* FROM unnest($1::text[], $2::uuid[]) AS v(correspondent, thread_id)
           CROSS JOIN LATERAL (
             SELECT x.correspondent, x.thread_id, x.message_id, c.original_id, x.decided_at, x.content,
               x.recalled_by IS NOT NULL AS recalled,
               coalesce((SELECT min(d.started_at) FROM deadline AS d
                 WHERE d.message_id = x.message_id AND d.correspondent = x.correspondent), x.delivered_at) AS received_at
             FROM inbox_item AS x LEFT JOIN correction AS c ON c.message_id = x.message_id
             WHERE x.correspondent = v.correspondent AND x.thread_id = v.thread_id AND x.kind = 'CORRECTION'
               AND x.role <> 'NOTICE'
             ORDER BY x.number DESC LIMIT ${mostOfThread}) AS x`,
    values: [correspondents, threadIds],
  });
  const replies = await client.query<ReplyRow>({
    name: 'said-replies',
    text: `SELECT s.* FROM unnest($1::text[], $2::uuid[]) AS v(correspondent, thread_id)
           CROSS JOIN LATERAL (
             SELECT s.correspondent, s.thread_id, s.decided_at, s.content FROM sent_item AS s
             WHERE s.correspondent = v.correspondent AND s.thread_id = v.thread_id AND s.kind = 'REPLY'
               AND s.state = 'ACCEPTED'
             ORDER BY s.position DESC LIMIT ${mostOfThread}) AS s`,
    values: [correspondents, threadIds],
  });
  const closedAt = new Map(closures.rows.map((row) => [row.thread_id, row.decided_at.getTime()]));
  const held = Map.groupBy(corrections.rows, viewOf);
  const given = Map.groupBy(replies.rows, viewOf);
  return new Map(
    views.map((view) => [
      keyOf(view),
      {
        closedAtMs: closedAt.get(view.threadId) ?? null,
        corrections: (held.get(keyOf(view)) ?? []).flatMap(correctionFrom),
        replies: (given.get(keyOf(view)) ?? []).flatMap(replyFrom),
      },
    ]),
  );
}

function viewOf({ correspondent, thread_id }: { correspondent: string; thread_id: string }): string {
  return keyOf({ correspondent, threadId: thread_id });
}

function correctionFrom(row: CorrectionRow): HeldCorrection[] {
  const message = decodeContent(row.content);
  const originalId = row.original_id ?? message?.supersedes ?? null;
  if (originalId === null) return [];
  const corrected = message?.correction ?? null;
  return [
    {
      messageId: row.message_id,
      originalId,
      decidedAtMs: row.decided_at.getTime(),
      receivedAtMs: row.received_at.getTime(),
      recalled: row.recalled,
      dateMs: (corrected?.dispatch == null ? message?.replyBy : corrected.dispatch.deadline) ?? null,
      channel: corrected?.informationRequest?.channel ?? null,
    },
  ];
}

function replyFrom(row: ReplyRow): OwnReply[] {
  const message = decodeContent(row.content);
  const reply = message?.reply ?? null;
  if (message === null || message.inReplyTo === null || reply === null) return [];
  const extendsToMs = reply.outcome === 'EXTENSION' ? reply.newReplyBy : null;
  if (extendsToMs === null && !isAnswer(reply)) return [];
  return [{ answers: message.inReplyTo, decidedAtMs: row.decided_at.getTime(), extendsToMs }];
}
