import type { AttachmentJson } from '@chappe/schemas';
import {
  acknowledge,
  acknowledgeMany,
  type MessageReceipt,
  type ReceiptRequest,
  type ReceiptResult,
} from './acknowledge.ts';
import type { AttachmentDownload, DownloadOptions } from './attachments/download-attachment.ts';
import type { AttachmentSource, UploadOptions } from './attachments/upload-attachment.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { createDirectoryAdministration, type DirectoryAdministration } from './directory-admin.ts';
import { type FollowOptions, followInbox } from './follow-inbox.ts';
import type { StreamOptions } from './follow-stream.ts';
import { followTracking } from './follow-tracking.ts';
import type { InboxEvent } from './inbox-sequence.ts';
import type { MessageRequest } from './message-request.ts';
import { publishBatch } from './publish-batch.ts';
import {
  type PublishOptions,
  type PublishResult,
  publishMessage,
  withSubmissionId,
} from './publish-message.ts';
import {
  type ArchiveQuery,
  createReader,
  type InboxFilterQuery,
  type InboxQuery,
  type Reader,
  type SentQuery,
} from './read-api.ts';
import type {
  ArchiveItem,
  CorrespondentEntry,
  InboxCounts,
  InboxItem,
  Page,
  ReceiptState,
  Self,
  SubmissionStatus,
  ThreadEntry,
  Tracking,
} from './read-model.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';
import type { RoutingAnswer } from './routing-answer.ts';
import { createTransport, type TokenProvider } from './transport.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

/** What a client needs to know. */
export interface ClientOptions {
  /** The public origin, `https://chappe.example`. */
  readonly url: string;
  /** Asked before every request; `clientCredentials` makes one that caches and renews. */
  readonly token: TokenProvider;
  /** The correspondent to act for, where the holder of the token has several. */
  readonly actingAs?: string;
  /** In which language the server words its problems: `en` or `fr`. */
  readonly language?: string;
  /** Time for one attempt, its answer included; longer than ingest waits for Kafka, so that its answer is heard. */
  readonly timeoutMs?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly fetch?: typeof fetch;
}

/** Chappe as a program sees it. Reading throws ChappeProblem or ChappeUnavailable; publishing returns its result. */
export interface ChappeClient {
  /** Publishes one message, safely repeated under one submission id. Throws only what kept it from being sent at all. */
  publish(message: MessageRequest, options?: PublishOptions): Promise<PublishResult>;
  /** Publishes many; one result per message, in their order. */
  publishBatch(
    messages: readonly MessageRequest[],
    options?: PublishOptions,
  ): Promise<readonly PublishResult[]>;
  /** Says what would happen to a message, and writes nothing. */
  dryRun(message: MessageRequest): Promise<Record<string, unknown>>;
  /** The fate of a sent message; the submission id lets the server answer before the decision is there. */
  status(messageId: string, options?: { submissionId?: string }): Promise<SubmissionStatus>;
  readonly inbox: {
    list(options?: InboxQuery): Promise<Page<InboxItem>>;
    /** How much there is of it, and how much of that nobody has touched. */
    counts(filter?: InboxFilterQuery): Promise<InboxCounts>;
    read(messageId: string): Promise<InboxItem>;
    /** Says as a person what one has done about a message; needs a person's token. Safe to repeat. */
    acknowledge(messageId: string, receipt: ReceiptRequest): Promise<ReceiptState>;
    /** The same for many; one result per item, in their order. */
    acknowledgeMany(receipts: readonly MessageReceipt[]): Promise<readonly ReceiptResult[]>;
    /** The inbox as it fills, resuming by itself. */
    follow(options?: FollowOptions): AsyncGenerator<InboxEvent, void, undefined>;
  };
  /** What this correspondent sent, the latest first; and what happened to one of them. */
  readonly sent: {
    (options?: SentQuery): Promise<Page<SubmissionStatus>>;
    /** Who got it, who read it, who has it in charge, what is owed. */
    tracking(messageId: string): Promise<Tracking>;
    /** The same as it changes, resuming by itself. */
    followTracking(messageId: string, options?: StreamOptions): AsyncGenerator<Tracking, void, undefined>;
  };
  thread(threadId: string): Promise<Page<ThreadEntry>>;
  /** Why a correspondent got a message, or did not: for its sender, and for a desk that holds a copy. */
  why(messageId: string, correspondent: string): Promise<RoutingAnswer>;
  readonly archive: {
    /** Every search is logged with its reason (Directive (EU) 2016/680, article 25). */
    search(query: ArchiveQuery): Promise<Page<ArchiveItem>>;
    read(messageId: string, options: { reason: string }): Promise<ArchiveItem>;
  };
  /** Evidence files. A message names them in its `attachments`. */
  readonly attachments: {
    /** Uploads a file whole, in parts and resuming by itself; what it resolves to goes into a message. */
    upload(source: AttachmentSource, options: UploadOptions): Promise<AttachmentJson>;
    /** Fetches a file of a message received or sent, or with a reason of the archive, resuming by itself. */
    download(messageId: string, sha256: string, options?: DownloadOptions): Promise<AttachmentDownload>;
  };
  me(): Promise<Self>;
  correspondents(): Promise<Page<CorrespondentEntry>>;
  /** The webhooks of the acting correspondent. */
  readonly webhooks: Webhooks;
  /** For directory administrators. */
  readonly directory: DirectoryAdministration;
  /** For operators. */
  readonly deadLetters: DeadLetters;
}

/** Makes a client of one Chappe. It holds no connection until it is used. */
export function createClient(options: ClientOptions): ChappeClient {
  const transport = createTransport({
    url: options.url,
    token: options.token,
    actingAs: options.actingAs,
    language: options.language,
    timeoutMs: options.timeoutMs ?? 15_000,
    retry: { ...defaultRetryPolicy, ...options.retry },
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
  });
  const reader: Reader = createReader(transport);
  return {
    publish: (message, publishOptions) => publishMessage(transport, message, publishOptions),
    publishBatch: (messages, publishOptions) => publishBatch(transport, messages, publishOptions),
    dryRun: (message) => reader.dryRun(withSubmissionId(message)),
    status: (messageId, statusOptions) => reader.status(messageId, statusOptions?.submissionId),
    inbox: {
      list: (listOptions = {}) => reader.inbox(listOptions),
      counts: (filter = {}) => reader.inboxCounts(filter),
      read: (messageId) => reader.inboxItem(messageId),
      acknowledge: (messageId, receipt) => acknowledge(transport, messageId, receipt),
      acknowledgeMany: (receipts) => acknowledgeMany(transport, receipts),
      follow: (followOptions) => followInbox(transport, reader.inboxAfter, followOptions),
    },
    sent: Object.assign((listOptions: SentQuery = {}) => reader.sent(listOptions), {
      tracking: reader.tracking,
      followTracking: (messageId: string, followOptions?: StreamOptions) =>
        followTracking(transport, messageId, followOptions),
    }),
    thread: (threadId) => reader.thread(threadId),
    why: (messageId, correspondent) => reader.why(messageId, correspondent),
    archive: {
      search: (query) => reader.searchArchive(query),
      read: (messageId, { reason }) => reader.readArchive(messageId, reason),
    },
    // Loaded when they are used: most programs send no files, and a page should not carry a digest for it.
    attachments: {
      upload: async (source, uploadOptions) => {
        const uploader = options.actingAs ?? (await reader.me()).actingAs.code;
        const { uploadAttachment } = await import('./attachments/upload-attachment.ts');
        return uploadAttachment(transport, uploader, source, uploadOptions);
      },
      download: async (messageId, sha256, downloadOptions) => {
        const { downloadAttachment } = await import('./attachments/download-attachment.ts');
        return downloadAttachment(transport, messageId, sha256, downloadOptions);
      },
    },
    me: () => reader.me(),
    correspondents: () => reader.correspondents(),
    webhooks: createWebhooks(transport),
    directory: createDirectoryAdministration(transport),
    deadLetters: createDeadLetters(transport),
  };
}
