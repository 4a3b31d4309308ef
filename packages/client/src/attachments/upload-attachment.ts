import type { AttachmentJson } from '@chappe/schemas';
import { persevere } from '../persevere.ts';
import { ChappeProblem } from '../problem.ts';
import type { Transport } from '../transport.ts';
import { digestOf } from './digest-content.ts';
import { Interrupted } from './open-or-refuse.ts';
import { askOffset, createUpload, sendPart } from './tus-requests.ts';

/** A file, or bytes in memory. It is read twice: for its digest, which is declared first, and to be sent. */
export type AttachmentSource = Blob | Uint8Array<ArrayBuffer>;

/** How far an upload has come. */
export interface UploadProgress {
  readonly phase: 'hashing' | 'uploading';
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** What an upload needs besides the bytes. */
export interface UploadOptions {
  /** The name to show; it is not part of what identifies the file. */
  readonly fileName: string;
  /** RFC 6838; the server compares it with the leading bytes. */
  readonly mediaType: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: UploadProgress) => void;
  /** For a program that may not live to the end of an upload, and goes on with it when it is started again. */
  readonly memory?: UploadMemory;
  /** How long to go on without any progress; two minutes unless given. */
  readonly patienceMs?: number;
}

/** What an upload is of, whatever its file is called. */
export interface UploadIdentity {
  readonly url: string;
  readonly uploader: string;
  readonly sha256: string;
  readonly mediaType: string;
}

/** Remembers under what name the server knows an upload. */
export interface UploadMemory {
  find(upload: UploadIdentity): Promise<string | undefined>;
  keep(upload: UploadIdentity, name: string): Promise<void>;
  /** The server refused it: to begin anew is all that helps. */
  forget(upload: UploadIdentity): Promise<void>;
}

const defaultPatienceMs = 120_000;
const partBounds = { leastBytes: 64 * 1024, mostBytes: 8 * 1024 * 1024, aimedMs: 4_000 };
/** What vanished on the server is begun again, but not for ever. */
const mostBeginnings = 3;

interface Upload {
  readonly transport: Transport;
  readonly content: Blob;
  readonly identity: UploadIdentity;
  readonly options: UploadOptions;
}

/**
 * Uploads a file by the tus protocol, in parts that grow with the link, going on after each interruption where the
 * server says it stands. Throws ChappeProblem for what is refused, ChappeUnavailable when patience ends; the upload
 * may then be resumed.
 */
export async function uploadAttachment(
  transport: Transport,
  uploader: string,
  source: AttachmentSource,
  options: UploadOptions,
): Promise<AttachmentJson> {
  const { fileName, mediaType, signal, onProgress } = options;
  const content = source instanceof Blob ? source : new Blob([source]);
  const sizeBytes = content.size;
  const sha256 = await digestOf(content, signal, (doneBytes) =>
    onProgress?.({ phase: 'hashing', doneBytes, totalBytes: sizeBytes }),
  );
  const identity = { url: transport.settings.url, uploader, sha256, mediaType };
  try {
    await send({ transport, content, identity, options });
  } catch (error) {
    if (error instanceof ChappeProblem) await options.memory?.forget(identity);
    throw error;
  }
  return { uploader, sha256, fileName, mediaType, sizeBytes };
}

async function send(upload: Upload): Promise<void> {
  const { transport, content, identity, options } = upload;
  const { signal, memory, fileName } = options;
  const patience = persevere(
    { ...transport.settings.retry, deadlineMs: options.patienceMs ?? defaultPatienceMs },
    signal,
  );
  let name = await memory?.find(identity);
  let beginnings = 0;
  /** Undefined while only the server knows. */
  let offset: number | undefined;
  let partBytes = partBounds.leastBytes;

  const begin = async (): Promise<string> => {
    beginnings += 1;
    const { sha256, mediaType } = identity;
    const created = await createUpload(transport, content.size, { sha256, mediaType, fileName }, signal);
    await memory?.keep(identity, created);
    offset = 0;
    return created;
  };

  for (;;) {
    signal?.throwIfAborted();
    try {
      name ??= await begin();
      offset ??= await askOffset(transport, name, content.size, signal);
      options.onProgress?.({ phase: 'uploading', doneBytes: offset, totalBytes: content.size });
      if (offset === content.size) return;
      const part = content.slice(offset, Math.min(content.size, offset + partBytes));
      const from = offset;
      offset = undefined;
      const startedAtMs = performance.now();
      offset = await sendPart(transport, { name, from, part, totalBytes: content.size }, signal);
      if (offset === from) throw new Interrupted(new Error('the server kept nothing of the part'));
      patience.progressed();
      partBytes = nextPartBytes(part.size, performance.now() - startedAtMs);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const fate = fateOf(error);
      if (fate === 'refused' || (fate === 'vanished' && beginnings >= mostBeginnings)) throw error;
      if (fate === 'vanished') name = undefined;
      partBytes = partBounds.leastBytes;
      const interruption = error instanceof Interrupted ? error : undefined;
      const cause = interruption?.asUnavailable(transport.settings.url) ?? error;
      await patience.again(cause, interruption?.retryAfterMs);
    }
  }
}

/** What an error means for an upload: it goes on, it is gone, it stands elsewhere than was thought, or that was all. */
function fateOf(error: unknown): 'interrupted' | 'vanished' | 'refused' {
  if (error instanceof Interrupted) return 'interrupted';
  if (!(error instanceof ChappeProblem)) return 'refused';
  if (error.status === 404 || error.status === 410) return 'vanished';
  return error.code === 'upload-offset-mismatch' ? 'interrupted' : 'refused';
}

/** The next part takes about as long as is aimed at; so a slow link loses little, and a fast one is filled. */
function nextPartBytes(sentBytes: number, tookMs: number): number {
  const { leastBytes, mostBytes, aimedMs } = partBounds;
  const aimed = (sentBytes / Math.max(1, tookMs)) * aimedMs;
  return Math.round(Math.min(mostBytes, Math.max(leastBytes, Math.min(aimed, sentBytes * 2))));
}
