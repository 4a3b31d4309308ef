import { createHash } from 'node:crypto';
import type { AttachmentId } from './attachment.ts';

/**
 * Where things lie. No correspondent's code, file name or other text from outside is ever part of a key, so a key
 * cannot leave its folder, and file systems that fold case cannot mix two correspondents up.
 *
 *     files/<uploader>/<sha256>/<generation>/content   the bytes
 *                                           /meta      size, media type, time: written last, so that it commits
 *                                           /scan.clean, /scan.refused
 *                                           /attached.<messageId>
 *                                           /doomed    about to be swept, and never attached from then on
 *     fresh/<uploader>.<sha256>.<generation>           not yet known to be attached: what sweeping looks at
 *     pending/<uploader>.<sha256>.<generation>         waits for the scanner
 *     uploads/<uploader>/<uploadId>                    an unfinished upload
 *     segments/<uploader>/<uploadId>/<offset>          its bytes so far
 *     done/<uploader>/<uploadId>                       how a finished upload ended, for a client that missed it
 *
 * A generation is one completed upload: the same bytes may be kept twice by one uploader, and each copy lives or is
 * swept as a whole.
 */
export const folders = {
  files: 'files/',
  fresh: 'fresh/',
  pending: 'pending/',
  uploads: 'uploads/',
  segments: 'segments/',
  done: 'done/',
} as const;

/** One kept copy. */
export interface Generation {
  readonly uploaderKey: string;
  readonly sha256: string;
  readonly generation: string;
}

const sha256Form = /^[0-9a-f]{64}$/;
const idForm = /^[0-9a-f]{32}$/;

/** Whether a text is a SHA-256 as this product writes it. */
export function isSha256(text: string): boolean {
  return sha256Form.test(text);
}

/** Whether a text can be the id of an upload; anything else is absent. */
export function isUploadId(text: string): boolean {
  return idForm.test(text);
}

/** The folder name of an uploader. */
export function uploaderKey(uploader: string): string {
  return createHash('sha256').update(uploader).digest('hex').slice(0, 32);
}

/** The folder with all copies of a file. */
export function fileFolder({ uploader, sha256 }: AttachmentId): string {
  return `${folders.files}${uploaderKey(uploader)}/${sha256}/`;
}

/** The folder of one copy. */
export function generationFolder(of: Generation): string {
  return `${folders.files}${of.uploaderKey}/${of.sha256}/${of.generation}/`;
}

/** The name of a copy in `fresh/` and `pending/`. */
export function entryName(of: Generation): string {
  return `${of.uploaderKey}.${of.sha256}.${of.generation}`;
}

/** The copy that an entry of `fresh/` or `pending/` names; null for what is none of ours. */
export function generationOfEntry(name: string): Generation | null {
  const [uploader = '', sha256 = '', generation = '', ...more] = name.split('.');
  if (more.length > 0 || !isUploadId(uploader) || !isSha256(sha256) || !isUploadId(generation)) return null;
  return { uploaderKey: uploader, sha256, generation };
}

/** Where an unfinished upload is described. */
export function uploadKey(uploader: string, uploadId: string): string {
  return `${folders.uploads}${uploaderKey(uploader)}/${uploadId}`;
}

/** Where the end of a finished upload is told. */
export function doneKey(uploader: string, uploadId: string): string {
  return `${folders.done}${uploaderKey(uploader)}/${uploadId}`;
}

/** The folder of an upload's bytes. */
export function segmentFolder(uploader: string, uploadId: string): string {
  return `${folders.segments}${uploaderKey(uploader)}/${uploadId}/`;
}

/** A segment is named after its first byte, so that only one writer can ever add the next. */
export function segmentName(offset: number): string {
  return String(offset).padStart(13, '0');
}
