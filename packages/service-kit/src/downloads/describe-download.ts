import { create } from 'content-disposition';
import type { ChosenRange } from './choose-range.ts';

/** A file as it is served. It never changes: its SHA-256 is its name and its tag. */
export interface DownloadFile {
  readonly fileName: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Served under their own name: what shows nothing but pixels or letters, and runs nowhere. */
const inertTypes: readonly string[] = ['image/gif', 'image/jpeg', 'image/png', 'image/webp'];

/** What a route of downloads may answer with, for Accept. */
export const downloadMediaTypes: readonly string[] = ['application/octet-stream', ...inertTypes];

/** The strong entity tag of a file. */
export function tagOf(sha256: string): string {
  return `"${sha256}"`;
}

/**
 * The headers of a download. Somebody else chose name, type and content, so that nothing of it may ever run in the
 * reader's browser: it is saved and not shown, its type is not guessed, it belongs to no page.
 */
export function downloadHeaders(
  file: DownloadFile,
  range: Exclude<ChosenRange, { status: 'unsatisfiable' }>,
): Readonly<Record<string, string>> {
  const { sizeBytes, sha256 } = file;
  const part = range.status === 'part';
  return {
    'content-type': inertTypes.includes(file.mediaType) ? file.mediaType : 'application/octet-stream',
    'content-disposition': create(plainName(file.fileName)),
    'content-length': String(part ? range.last - range.first + 1 : sizeBytes),
    ...(part ? { 'content-range': `bytes ${range.first}-${range.last}/${sizeBytes}` } : {}),
    'accept-ranges': 'bytes',
    etag: tagOf(sha256),
    'repr-digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  };
}

/** A name without a folder, a drive, or what no file system or header takes. */
function plainName(name: string): string {
  const plain = name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  return plain === '' ? 'attachment' : plain;
}
