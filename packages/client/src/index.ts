export type { MessageReceipt, ReceiptRequest, ReceiptResult } from './acknowledge.ts';
export type { AttachmentDownload, DownloadOptions } from './attachments/download-attachment.ts';
export type {
  AttachmentSource,
  UploadIdentity,
  UploadMemory,
  UploadOptions,
  UploadProgress,
} from './attachments/upload-attachment.ts';
export { authorizationCodeWithPassword, type DemonstrationAccount } from './authorization-code.ts';
export { type ClientCredentials, clientCredentials } from './client-credentials.ts';
export { type ChappeClient, type ClientOptions, createClient } from './create-client.ts';
export {
  type CaseResult,
  type DeadLetter,
  type DeadLetterService,
  deadLetterServices,
  type LetterCase,
  type LetterHistory,
  type LetterName,
  type LetterReplay,
  type LetterResult,
  type LetterState,
  type StandingLetter,
} from './dead-letter-model.ts';
export type { DeadLetters, LetterPage } from './dead-letters.ts';
export type { DirectoryAdministration, RehearsalOptions } from './directory-admin.ts';
export type {
  DirectoryChange,
  DirectoryDifference,
  DirectoryProposal,
  DirectoryProposalInWords,
  DirectoryRelease,
  ProposalState,
  ProposedDirectory,
} from './directory-model.ts';
export type { CorrespondentEffect, Rehearsal } from './directory-rehearsal.ts';
export type { FollowOptions } from './follow-inbox.ts';
export type { ConnectionEvent, StreamOptions } from './follow-stream.ts';
export type { InboxEvent } from './inbox-sequence.ts';
export type { MessageRequest } from './message-request.ts';
export {
  type FollowUpHeader,
  followUpHeader,
  type MessageReference,
  type OriginalMessage,
  originalOf,
  referenceTo,
} from './original-message.ts';
export {
  ChappeProblem,
  ChappeUnavailable,
  type ProblemDetails,
  type ProblemPointer,
  UnexpectedAnswer,
} from './problem.ts';
export type { Accepted, PublishOptions, PublishResult } from './publish-message.ts';
export type { ArchiveQuery, DeliveryQuery, InboxFilterQuery, InboxQuery, SentQuery } from './read-api.ts';
export type {
  ArchiveItem,
  CorrespondentEntry,
  GivenReceipt,
  InboxCounts,
  InboxItem,
  OwedReceipt,
  Page,
  ReceiptStage,
  ReceiptState,
  ReceiptSummary,
  Self,
  SubmissionStatus,
  ThreadEntry,
  TrackedDeadline,
  TrackedRecipient,
  Tracking,
} from './read-model.ts';
export { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';
export type { RoutingAnswer } from './routing-answer.ts';
export { SignInRefused } from './token-endpoint.ts';
export type { TokenProvider } from './transport.ts';
export { type CertificateFault, UntrustedServer } from './untrusted-server.ts';
export { uuidV7 } from './uuid-v7.ts';
export type {
  Webhook,
  WebhookAttempt,
  WebhookDelivery,
  WebhookFilter,
  WebhookSecret,
  WebhookWishes,
} from './webhook-model.ts';
export type { Webhooks } from './webhooks.ts';
