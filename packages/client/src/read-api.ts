import type { MessageRequest } from './message-request.ts';
import { UnexpectedAnswer } from './problem.ts';
import {
  type ArchiveItem,
  type CorrespondentEntry,
  type InboxCounts,
  type InboxItem,
  isArchiveItem,
  isCorrespondent,
  isInboxCounts,
  isInboxItem,
  isSelf,
  isSubmissionStatus,
  isThreadEntry,
  isTracking,
  type Page,
  type Self,
  type SubmissionStatus,
  type ThreadEntry,
  type Tracking,
} from './read-model.ts';
import { isRoutingAnswer, type RoutingAnswer } from './routing-answer.ts';
import { type ApiRequest, answeredObject, type Transport } from './transport.ts';

/** A search in the archive. */
export interface ArchiveQuery {
  /** Why the archive is consulted; kept in the audit log. */
  readonly reason: string;
  readonly q?: string;
  /** Only what bears this reference, in any spelling. */
  readonly reference?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** Narrows an inbox by what a delivery is; what is absent does not narrow. */
export interface DeliveryQuery {
  readonly lane?: string;
  readonly kind?: string;
  readonly role?: string;
  /** Only what is for action. */
  readonly action?: true;
  readonly sender?: string;
  /** ISO 3166-1 alpha-2: a country concerned, or of a place. */
  readonly country?: string;
  readonly crimeArea?: string;
  readonly threadId?: string;
}

/** Narrows the list of an inbox also by what has become of a delivery. */
export interface InboxFilterQuery extends DeliveryQuery {
  /** Only what no person has touched, or only the rest. */
  readonly unread?: boolean;
  /** `me`, `nobody`, `person:<id>` or a correspondent. */
  readonly assignee?: string;
  /** Only what this function has in charge. */
  readonly position?: string;
  /** Only what is owed before this moment (RFC 3339) and not yet done. */
  readonly dueBefore?: string;
}

/** A page of an inbox. */
export interface InboxQuery extends InboxFilterQuery {
  /** The number to start after; descending, before. To go on from a page give its `next` as `cursor` instead. */
  readonly after?: number;
  /** The `next` of the page before; everything else but `limit` must be as it was there. */
  readonly cursor?: string;
  readonly limit?: number;
  /** Only what bears this reference, in any spelling; a mistyped one is refused (`reference-mistyped`). */
  readonly reference?: string;
  /** By number, or the most urgent lane first. */
  readonly order?: 'ascending' | 'descending' | 'urgency';
}

/** A page of what was sent. */
export interface SentQuery {
  readonly limit?: number;
  /** The `next` of the page before; the reference must be as it was there. */
  readonly cursor?: string;
  /** Only what bears this reference, in any spelling. */
  readonly reference?: string;
}

/** The reading routes, each answer checked for what the SDK promises of it. */
export type Reader = ReturnType<typeof createReader>;

/** Makes the reading side of a client. */
export function createReader(transport: Transport) {
  const get = (path: string, query: ApiRequest['query'] = {}, signal?: AbortSignal): Promise<unknown> =>
    transport.read({ method: 'GET', path, query, ...(signal === undefined ? {} : { signal }) });

  const list = async <T>(
    path: string,
    query: ApiRequest['query'],
    isItem: (value: unknown) => value is T,
    signal?: AbortSignal,
  ): Promise<Page<T>> => {
    return readPage(await get(path, query, signal), isItem);
  };

  const one = async <T>(
    path: string,
    query: ApiRequest['query'],
    is: (value: unknown) => value is T,
  ): Promise<T> => {
    const body = await get(path, query);
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
      return answeredObject(await transport.read(request));
    },
    status: (messageId: string, submissionId?: string): Promise<SubmissionStatus> =>
      one(`/v1/sent/${segment(messageId)}`, { submissionId }, isSubmissionStatus),
    inbox: (query: InboxQuery): Promise<Page<InboxItem>> =>
      list('/v1/inbox', inboxParameters(query), isInboxItem),
    inboxAfter: async (after: number, limit: number, signal?: AbortSignal): Promise<readonly InboxItem[]> =>
      (await list('/v1/inbox', { after, limit }, isInboxItem, signal)).items,
    inboxCounts: (query: InboxFilterQuery): Promise<InboxCounts> =>
      one('/v1/inbox/counts', inboxParameters(query), isInboxCounts),
    inboxItem: (messageId: string): Promise<InboxItem> =>
      one(`/v1/inbox/${segment(messageId)}`, {}, isInboxItem),
    sent: ({ limit, cursor, reference }: SentQuery): Promise<Page<SubmissionStatus>> =>
      list('/v1/sent', { limit, cursor, reference }, isSubmissionStatus),
    tracking: (messageId: string): Promise<Tracking> =>
      one(`/v1/sent/${segment(messageId)}/tracking`, {}, isTracking),
    thread: (threadId: string): Promise<Page<ThreadEntry>> =>
      list(`/v1/threads/${segment(threadId)}`, {}, isThreadEntry),
    searchArchive: ({ reason, q, reference, limit, cursor }: ArchiveQuery): Promise<Page<ArchiveItem>> =>
      list('/v1/archive/messages', { reason, q, reference, limit, cursor }, isArchiveItem),
    readArchive: (messageId: string, reason: string): Promise<ArchiveItem> =>
      one(`/v1/archive/messages/${segment(messageId)}`, { reason }, isArchiveItem),
    why: (messageId: string, correspondent: string): Promise<RoutingAnswer> =>
      one(`/v1/routing/decisions/${segment(messageId)}/why`, { correspondent }, isRoutingAnswer),
    me: (): Promise<Self> => one('/v1/me', {}, isSelf),
    correspondents: (): Promise<Page<CorrespondentEntry>> =>
      list('/v1/directory/correspondents', {}, isCorrespondent),
  };
}

/** A query as it stands in an address. */
export function inboxParameters({ unread, action, ...rest }: InboxQuery): NonNullable<ApiRequest['query']> {
  return {
    ...rest,
    ...(unread === undefined ? {} : { unread: String(unread) }),
    ...(action === undefined ? {} : { action: String(action) }),
  };
}

function segment(id: string): string {
  return encodeURIComponent(id);
}

function readPage<T>(body: unknown, isItem: (value: unknown) => value is T): Page<T> {
  const { items, next } = answeredObject(body);
  if (!Array.isArray(items) || !items.every(isItem)) {
    throw new UnexpectedAnswer('the answer is not a list of what was asked for');
  }
  return typeof next === 'string' ? { items, next } : { items };
}
