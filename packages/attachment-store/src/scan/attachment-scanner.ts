import type { Readable } from 'node:stream';

/** What a scanner says about a file. */
export type ScanVerdict = 'CLEAN' | 'REFUSED';

/** Judges bytes. Rejects with ScannerUnavailable when it gave no verdict, which is no verdict either way. */
export interface AttachmentScanner {
  /** Reads the content to its end, or destroys it. */
  scan(content: Readable, signal: AbortSignal): Promise<ScanVerdict>;
  /** Resolves when the scanner answers. */
  check(signal: AbortSignal): Promise<void>;
}

/** The scanner gave no verdict; `code` says why, in a word without content. */
export class ScannerUnavailable extends Error {
  override readonly name = 'ScannerUnavailable';
  readonly code: string;

  constructor(code: string, cause?: unknown) {
    super('the scanner gave no verdict', cause === undefined ? {} : { cause });
    this.code = code;
  }
}
