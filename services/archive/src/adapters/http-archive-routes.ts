import { createHash, randomUUID } from 'node:crypto';
import type { Subject } from '@chappe/policy';
import { decide, messageResource } from '@chappe/policy';
import type { Pool } from '@chappe/postgres';
import { canonicalJson, isReference, laneOf, messageToJson, normaliseReference } from '@chappe/schemas';
import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import { type Disclosed, describeDisclosure } from '../domain/describe-disclosure.ts';
import { openMessage } from '../domain/open-message.ts';
import { foldForSearch } from '../domain/search-text.ts';
import type { ReferenceFiler } from './postgres-file-references.ts';
import { type OnAltered, readStored } from './postgres-index-readable.ts';
import { type ArchivedRow, findInArchive, searchArchive } from './postgres-read-archive.ts';
import { recordDisclosure } from './postgres-record-disclosure.ts';
import type { CursorSeal } from './signed-cursor.ts';

const shortestReason = 3;

const reason = Type.Optional(
  Type.String({
    maxLength: 500,
    description: 'Why you consult (Directive (EU) 2016/680, article 25). Kept in the audit.',
  }),
);
const searchQuery = Type.Object(
  {
    reason,
    q: Type.Optional(
      Type.String({ maxLength: 200, description: 'Words; "…" for a phrase, - to leave out.' }),
    ),
    reference: Type.Optional(
      Type.String({ maxLength: 40, description: 'Only messages with this reference, in any spelling' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(Type.String({ maxLength: 300 })),
  },
  { additionalProperties: false },
);
/** The query of an opening. */
export const openQuery = Type.Object({ reason }, { additionalProperties: false });
const openParams = Type.Object(
  { messageId: Type.String({ maxLength: 64 }) },
  { additionalProperties: false },
);
const item = Type.Object({
  messageId: Type.String(),
  reference: Type.String(),
  threadId: Type.String(),
  kind: Type.String(),
  lane: Type.String(),
  status: Type.String(),
  sender: Type.String(),
  receivedAt: Type.String({ format: 'date-time' }),
  decisionId: Type.String(),
  directoryRelease: Type.Integer(),
  roles: Type.Array(Type.String()),
  withheld: Type.Array(Type.String()),
  message: Type.Unsafe<object>({ $ref: '#/components/schemas/Message' }),
});
const list = Type.Object({ items: Type.Array(item), next: Type.Optional(Type.String()) });

/** How the id of a message is written; the store would refuse to compare anything else. */
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What the archive's routes need. */
export interface ArchiveRoutes {
  readonly pool: Pool;
  readonly cursors: CursorSeal;
  readonly references: Pick<ReferenceFiler, 'catchUp'>;
  readonly onAltered: OnAltered;
  /** Called after an audit entry was committed. */
  readonly onDisclosed: () => void;
}

/** Search and opening. Every answer has its audit entry, durable before it leaves. */
export function registerArchiveRoutes(app: HttpServer, ports: ArchiveRoutes): void {
  app.get(
    '/v1/archive/messages',
    {
      config: { action: 'archive.search' },
      schema: {
        summary: 'Search the messages that you may read',
        tags: ['archive'],
        querystring: searchQuery,
        response: { 200: list },
      },
    },
    async (request, reply) => {
      const { subject, query } = request;
      const given = reasonOf(query.reason);
      const limit = query.limit ?? 20;
      const reference = await findableReference(ports.references, query.reference, subject.correspondent);
      const named = reference === undefined ? {} : { reference };
      const queryDigest = sha256(canonicalJson({ q: query.q ?? null, limit, ...named }));
      const binding = `${subject.id} ${subject.correspondent} ${queryDigest}`;
      const after = query.cursor === undefined ? null : ports.cursors.open(query.cursor, binding);
      if (after === undefined) {
        throw new Problem('invalid-cursor', {
          detail: 'The cursor belongs to another query, or was altered. Start again without it.',
        });
      }
      const words = query.q === undefined || query.q.trim() === '' ? null : foldForSearch(query.q);
      const rows = await searchArchive(ports.pool, subject, { words, limit: limit + 1, after, ...named });
      const page = rows.slice(0, limit);
      const items = page.flatMap((row) => shown(row, subject, ports.onAltered) ?? []);
      await disclose(ports, {
        subject,
        action: 'archive.search',
        messageIds: items.map((each) => each.messageId),
        queryDigest,
        reason: given,
        outcome: 'ANSWERED',
        traceId: request.traceId,
      });
      const last = page.at(-1);
      if (rows.length <= limit || last === undefined) return { items };
      const next = ports.cursors.seal(last.position, binding);
      const parameters = new URLSearchParams({
        ...(query.q === undefined ? {} : { q: query.q }),
        ...named,
        limit: String(limit),
        cursor: next,
      });
      // The reason is not repeated in the link: whoever goes on states it again.
      reply.header('link', `</v1/archive/messages?${parameters}>; rel="next"`);
      return { items, next };
    },
  );

  app.get(
    '/v1/archive/messages/:messageId',
    {
      config: { action: 'archive.read' },
      schema: {
        summary: 'Open one message',
        tags: ['archive'],
        params: openParams,
        querystring: openQuery,
        response: { 200: item },
      },
    },
    async (request) => {
      const { subject } = request;
      const given = reasonOf(request.query.reason);
      const { messageId } = request.params;
      const row = uuid.test(messageId) ? await findInArchive(ports.pool, subject, messageId) : undefined;
      const opened = row === undefined ? undefined : shown(row, subject, ports.onAltered);
      await disclose(ports, {
        subject,
        action: 'archive.read',
        messageIds: uuid.test(messageId) ? [messageId] : [],
        queryDigest: null,
        reason: given,
        outcome: opened === undefined ? 'DENIED' : 'ANSWERED',
        traceId: request.traceId,
      });
      if (opened === undefined) throw new Problem('not-found');
      return opened;
    },
  );
}

/** Why somebody consults the archive; throws where no reason is given. */
export function reasonOf(text: string | undefined): string {
  const given = (text ?? '').trim();
  if (given.length >= shortestReason) return given;
  throw new Problem('reason-required', {
    detail: `Say why in the parameter reason, in at least ${shortestReason} characters; it is kept in the audit.`,
  });
}

/** The row as its reader may see it; undefined when policy denies it or the variant is no longer intact. */
export function shown(row: ArchivedRow, subject: Subject, onAltered: OnAltered) {
  const original = readStored('Message', row.message);
  const decision = readStored('Decision', row.decision);
  const permitted = row.roles.some((role) => {
    const relation = role === 'SENDER' && original.actor !== subject.id ? 'COLLEAGUE' : role;
    if (
      relation !== 'SENDER' &&
      relation !== 'COLLEAGUE' &&
      relation !== 'ACTION' &&
      relation !== 'INFORMATION'
    )
      return false;
    const resource = messageResource(original, subject.correspondent, relation);
    return decide(subject, 'archive.read', resource, { nowMs: Date.now() }).effect === 'allow';
  });
  if (!permitted) return undefined;
  const opened = openMessage(original, decision, row.variantId);
  if (opened.status === 'altered') {
    onAltered({ messageId: row.messageId, variantIds: [opened.variantId] });
    return undefined;
  }
  return {
    messageId: row.messageId,
    reference: original.reference,
    threadId: original.threadId,
    kind: original.kind,
    lane: laneOf(original.urgency),
    status: original.status,
    sender: original.sender.correspondent,
    receivedAt: new Date(original.receivedAt).toISOString(),
    decisionId: decision.decisionId,
    directoryRelease: decision.directoryRelease,
    roles: [...row.roles],
    withheld: [...opened.withheld],
    message: messageToJson(opened.variant),
  };
}

/** Makes the audit entry of an answer durable; the answer leaves only after this has resolved. */
export async function disclose(
  ports: Pick<ArchiveRoutes, 'pool' | 'onDisclosed'>,
  disclosed: Omit<Disclosed, 'auditId' | 'atMs'>,
): Promise<void> {
  await recordDisclosure(
    ports.pool,
    describeDisclosure({ ...disclosed, auditId: randomUUID(), atMs: Date.now() }),
  );
  ports.onDisclosed();
}

/** The reference in its one written form, once everything that may bear it is filed. */
async function findableReference(
  filer: Pick<ReferenceFiler, 'catchUp'>,
  given: string | undefined,
  correspondent: string,
): Promise<string | undefined> {
  if (given === undefined) return undefined;
  const reference = normaliseReference(given);
  if (!isReference(reference)) {
    const fault = { pointer: '/reference', code: 'reference-mistyped' };
    throw new Problem('reference-mistyped', {
      errors: [{ ...fault, detail: 'the check symbol does not fit the rest' }],
    });
  }
  if (await filer.catchUp(correspondent)) return reference;
  throw new Problem('unavailable', { detail: 'Older messages are still being filed.', retryAfterS: 2 });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
