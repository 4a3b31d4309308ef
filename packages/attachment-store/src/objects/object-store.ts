import type { Readable } from 'node:stream';
import type { ByteRange, ReadOptions } from '../attachment.ts';

/** An object as a list shows it. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** By the clock of whoever stores it. */
  readonly modifiedAtMs: number;
}

/**
 * What a disk and an S3-compatible server have in common, for readers. Keys are `/`-separated names of
 * `[A-Za-z0-9._-]`. Failures are AttachmentStoreUnavailable.
 */
export interface ObjectReader {
  /** Everything whose key begins with `prefix`, which ends with `/`, in the order of the keys. */
  list(prefix: string, options?: ReadOptions): AsyncIterable<ListedObject>;
  /** A small object; null when it is absent. More than `mostBytes` is refused as damaged. */
  read(key: string, mostBytes: number, options?: ReadOptions): Promise<Buffer | null>;
  /** A stream of an object or a part of it; null when it is absent. */
  open(key: string, range?: ByteRange, options?: ReadOptions): Promise<Readable | null>;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** The content of an object: in memory, or a stream of exactly so many bytes. */
export type ObjectContent = Buffer | { readonly stream: Readable; readonly sizeBytes: number };

/** For the one service that writes. What `create` resolved for survives the loss of the machine's power. */
export interface ObjectStore extends ObjectReader {
  /**
   * Makes an object, whole or not at all; of two writers of one key, the second is told that it exists. A stream
   * that fails, or has another length, leaves nothing. No room: AttachmentStoreFull.
   */
  create(key: string, content: ObjectContent, options?: ReadOptions): Promise<'created' | 'exists'>;
  /** Removes an object; absent ones count as removed. */
  remove(key: string): Promise<void>;
  /** Bytes that can still be stored, or null where nobody can tell. */
  freeBytes(): Promise<number | null>;
  /** Removes what crashes left behind before it had a key. */
  removeLeftovers(olderThanMs: number): Promise<void>;
}
