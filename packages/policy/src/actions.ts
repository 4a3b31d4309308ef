/** What can be asked for. Every route declares exactly one; a route without one prevents the start. */
export type Action =
  | 'message.submit'
  | 'message.dry-run'
  | 'attachment.upload'
  | 'inbox.list'
  | 'inbox.stream'
  | 'inbox.read'
  | 'receipt.give'
  | 'sent.list'
  | 'sent.read'
  | 'thread.read'
  | 'attachment.read'
  | 'webhook.manage'
  | 'archive.search'
  | 'archive.read'
  | 'attachment.read-archived'
  | 'routing.explain'
  | 'routing.why'
  | 'routing.rehearse'
  | 'directory.read'
  | 'directory.review'
  | 'directory.administer'
  | 'self.read'
  | 'log.read'
  | 'dead-letter.list'
  | 'dead-letter.replay'
  | 'dead-letter.discard'
  | 'stream.observe';

/**
 * What links the reader's correspondent to a message: it sent it (SENDER if the reader did so in
 * person, COLLEAGUE otherwise), received it for ACTION or INFORMATION, was told of it by a bare
 * NOTICE, only takes part in its THREAD, or none of these.
 */
export type Relation = 'SENDER' | 'COLLEAGUE' | 'ACTION' | 'INFORMATION' | 'NOTICE' | 'THREAD' | 'NONE';

/** Every relation, from the closest to none. */
export const relations: readonly Relation[] = [
  'SENDER',
  'COLLEAGUE',
  'ACTION',
  'INFORMATION',
  'NOTICE',
  'THREAD',
  'NONE',
];

/** What the caller owes when an allowed answer leaves. */
export type Obligation = 'audit' | 'reason-required';
