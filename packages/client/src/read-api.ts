import type { MessageRequest } from './message-request.ts';
import { isRecord, UnexpectedAnswer } from './problem.ts';
import {
  type ArchiveItem,
  type CorrespondentEntry,
  type InboxItem,
  isCorrespondent,
  isInboxItem,
  isSubmissionStatus,
  namesMessage,
  type Page,
  type Self,
  type SentItem,
  type SubmissionStatus,
  type Tracking,
} from './read-model.ts';
import { type ApiRequest, answeredObject, type Transport } from './transport.ts';

/** A search in the archive. */
export interface ArchiveQuery {
  /** Why the archive is consulted; kept in the audit log. */
  readonly reason: string;
  readonly q?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** The reading routes, each answer checked for what the SDK promises of it. */
export type Reader = ReturnType<typeof createReader>;

/** Makes the reading side of a client. */
export function createReader(transport: Transport) {
  const get = (path: string, query: ApiRequest['query'] = {}, signal?: AbortSignal) =>
    transport.read({ method: 'GET', path, query, ...(signal === undefined ? {} : { signal }) });

  const list = async <T>(
    path: string,
    query: ApiRequest['query'],
    isItem: (value: unknown) => value is T,
    signal?: AbortSignal,
  ): Promise<Page<T>> => {
    const { body, headers } = await get(path, query, signal);
    return readPage(body, headers, isItem);
  };

  const one = async <T>(
    path: string,
    query: ApiRequest['query'],
    is: (value: unknown) => value is T,
  ): Promise<T> => {
    const { body } = await get(path, query);
    if (!is(body)) throw new UnexpectedAnswer(`the answer of ${path} is not what was asked for`);
    return body;
  };

  return {
    dryRun: async (message: MessageRequest): Promise<Record<string, unknown>> => {
      const request: ApiRequest = {
        method: 'POST',
        path: '/v1/messages',
        query: { dryRun: 'true' },
        body: message,
      };
      return answeredObject((await transport.read(request)).body);
    },
    status: (messageId: string, submissionId?: string): Promise<SubmissionStatus> =>
      one(`/v1/sent/${segment(messageId)}`, { submissionId }, isSubmissionStatus),
    inbox: ({ after, limit }: { after?: number; limit?: number }): Promise<Page<InboxItem>> =>
      list('/v1/inbox', { after, limit }, isInboxItem),
    inboxAfter: async (after: number, limit: number, signal?: AbortSignal): Promise<readonly InboxItem[]> =>
      (await list('/v1/inbox', { after, limit }, isInboxItem, signal)).items,
    inboxItem: (messageId: string): Promise<InboxItem> =>
      one(`/v1/inbox/${segment(messageId)}`, {}, isInboxItem),
    sent: ({ limit, cursor }: { limit?: number; cursor?: string }): Promise<Page<SentItem>> =>
      list('/v1/sent', { limit, cursor }, namesMessage),
    tracking: (messageId: string): Promise<Tracking> =>
      one(`/v1/sent/${segment(messageId)}/tracking`, {}, namesMessage),
    thread: (threadId: string): Promise<Page<Record<string, unknown>>> =>
      list(`/v1/threads/${segment(threadId)}`, {}, isRecord),
    searchArchive: ({ reason, q, limit, cursor }: ArchiveQuery): Promise<Page<ArchiveItem>> =>
      list('/v1/archive/messages', { reason, q, limit, cursor }, namesMessage),
    readArchive: (messageId: string, reason: string): Promise<ArchiveItem> =>
      one(`/v1/archive/messages/${segment(messageId)}`, { reason }, namesMessage),
    me: (): Promise<Self> => one('/v1/me', {}, isRecord),
    correspondents: (): Promise<Page<CorrespondentEntry>> =>
      list('/v1/directory/correspondents', {}, isCorrespondent),
  };
}

function segment(id: string): string {
  return encodeURIComponent(id);
}

function readPage<T>(body: unknown, headers: Headers, isItem: (value: unknown) => value is T): Page<T> {
  const items = answeredObject(body).items;
  if (!Array.isArray(items) || !items.every(isItem)) {
    throw new UnexpectedAnswer('the answer is not a list of what was asked for');
  }
  const next = nextCursor(answeredObject(body), headers);
  return next === undefined ? { items } : { items, next };
}

/** The cursor of the next page: in the body, or as the `cursor` of a `Link` with `rel="next"` (RFC 8288). */
function nextCursor(body: Record<string, unknown>, headers: Headers): string | undefined {
  const given = body.next;
  if (typeof given === 'string') return given;
  for (const [, target = '', parameters = ''] of (headers.get('link') ?? '').matchAll(/<([^>]*)>([^,]*)/g)) {
    if (!/;\s*rel="?next"?/i.test(parameters)) continue;
    const cursor = new URL(target, 'http://any.invalid').searchParams.get('cursor');
    if (cursor !== null) return cursor;
  }
  return undefined;
}
