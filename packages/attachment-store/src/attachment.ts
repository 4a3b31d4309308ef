import type { Readable } from 'node:stream';

/** A file is known by who uploaded it and what its bytes are; nobody has it through somebody else's upload. */
export interface AttachmentId {
  /** The correspondent that uploaded it. */
  readonly uploader: string;
  /** Of its bytes: 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** What a scanner said. PENDING until it answered; NOT_REQUIRED where none was asked. */
export type ScanState = 'NOT_REQUIRED' | 'PENDING' | 'CLEAN' | 'REFUSED';

/** A file that is kept whole. */
export interface StoredAttachment extends AttachmentId {
  readonly sizeBytes: number;
  /** As its uploader declared it, and as its leading bytes do not contradict. */
  readonly mediaType: string;
  readonly storedAtMs: number;
  readonly scan: ScanState;
}

/** A part of a file, both ends included, as in an HTTP Range. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Bounds a look-up or a reading. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads what is kept; needs no right to write. Rejects with AttachmentStoreUnavailable while the storage does not
 * answer; an id that could never be one is absent.
 */
export interface AttachmentReader {
  find(id: AttachmentId, options?: ReadOptions): Promise<StoredAttachment | null>;
  /** The content, to be read or destroyed by the caller. A range must lie within the size. */
  open(
    id: AttachmentId,
    range?: ByteRange,
    options?: ReadOptions,
  ): Promise<{ readonly attachment: StoredAttachment; readonly content: Readable } | null>;
  /** Resolves when the storage can be read, for `/readyz`. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The storage does not answer, or answered with an error: the same request may succeed later. */
export class AttachmentStoreUnavailable extends Error {
  override readonly name = 'AttachmentStoreUnavailable';
  /** So that HTTP servers answer 503 with Retry-After. */
  readonly transient = true;
  /** What the storage said, as a code without any value. */
  readonly code: string;

  constructor(cause: unknown) {
    super('the attachment store is not available', { cause });
    this.code = codeOf(cause);
  }
}

/** There is no room, or will soon be none: what is kept stays, and nothing more is taken. */
export class AttachmentStoreFull extends Error {
  override readonly name = 'AttachmentStoreFull';
  readonly code = 'ATTACHMENT_STORE_FULL';

  constructor(cause?: unknown) {
    super('the attachment store is full', cause === undefined ? {} : { cause });
  }
}

function codeOf(cause: unknown): string {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.name : 'UNKNOWN';
}
