import { createHash, randomUUID } from 'node:crypto';
import type { Subject } from '@chappe/policy';
import { enqueueOutbox, type Pool } from '@chappe/postgres';
import { type AuditEntry, auditTopic, canonicalJson, encode } from '@chappe/schemas';

/** What was opened, by whom, and how much of it was shown. */
export interface Opening {
  readonly subject: Subject;
  readonly action:
    | 'inbox.list'
    | 'inbox.read'
    | 'inbox.stream'
    | 'thread.read'
    | 'attachment.read'
    | 'webhook.manage';
  readonly resourceKind: 'inbox' | 'message' | 'thread' | 'attachment' | 'webhook';
  readonly resourceIds: readonly string[];
  readonly query: Readonly<Record<string, unknown>> | null;
  /** The standing purpose of a session that goes on by itself. */
  readonly reason?: string;
  readonly resultCount: number | null;
  readonly traceId: string;
}

/** Records an opening; the answer leaves only after this has resolved. */
export type RecordOpening = (opening: Opening) => Promise<void>;

/** Puts audit entries into the outbox, from where the relay publishes them. */
export function createOpeningRecorder(options: {
  pool: Pool;
  nudgeRelay(): void;
  nowMs(): number;
}): RecordOpening {
  return async (opening) => {
    const entry = auditEntry(opening, randomUUID(), options.nowMs());
    const row = { topic: auditTopic, key: entry.subject, value: encode('AuditEntry', entry) };
    await enqueueOutbox(options.pool, [row]);
    options.nudgeRelay();
  };
}

function auditEntry(opening: Opening, auditId: string, atMs: number): AuditEntry {
  const { subject, query } = opening;
  return {
    auditId,
    at: atMs,
    service: 'mailbox',
    subjectKind: subject.kind,
    subject: subject.id,
    correspondent: subject.correspondent,
    roles: [...new Set(subject.grants.map((grant) => grant.role))],
    action: opening.action,
    resourceKind: opening.resourceKind,
    resourceIds: [...opening.resourceIds],
    queryDigest: query === null ? null : createHash('sha256').update(canonicalJson(query)).digest('hex'),
    reason: opening.reason ?? null,
    outcome: 'ANSWERED',
    resultCount: opening.resultCount,
    directoryRelease: subject.directoryRelease,
    traceId: opening.traceId,
  };
}
