import { openAsBlob } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { AttachmentJson } from '@chappe/schemas';
import type { UploadIdentity, UploadMemory } from '../../attachments/upload-attachment.ts';
import type { ChappeClient } from '../../create-client.ts';
import type { MessageRequest } from '../../message-request.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { sizeText } from './describe-attachments.ts';
import { drawTransfer } from './draw-transfer.ts';
import { lookAt } from './look-at-path.ts';
import { mediaTypeOf } from './media-type-of.ts';
import { rememberUploads } from './remember-uploads.ts';

/** As many as the schema of messages takes. */
const mostFiles = 20;

/** What is asked of the files. */
export interface AttachOptions {
  readonly attach?: readonly string[];
  readonly json?: boolean;
}

interface FileToSend {
  readonly path: string;
  readonly fileName: string;
  readonly sizeBytes: number;
}

/**
 * Uploads the files of `--attach`, and then sends the one message that names them. What was uploaded is remembered
 * until the message is accepted, so that the same line typed again uploads no byte twice.
 */
export async function withAttachments(
  terminal: Terminal,
  client: ChappeClient,
  messages: readonly MessageRequest[],
  options: AttachOptions,
  send: (messages: readonly MessageRequest[]) => Promise<ExitCode>,
): Promise<ExitCode> {
  const [message, ...more] = messages;
  if (message === undefined || more.length > 0) {
    throw new UsageError({
      en: '--attach goes with one message, not with several',
      fr: '--attach va avec un seul message, pas avec plusieurs',
    });
  }
  const before = message.attachments ?? [];
  const files = await findFiles(terminal, options.attach ?? [], mostFiles - before.length);
  const memory = watched(rememberUploads(terminal.env));
  const uploaded: AttachmentJson[] = [];
  try {
    for (const file of files) uploaded.push(await uploadFile(terminal, client, file, memory, options));
  } catch (error) {
    terminal.redraw();
    if (memory.begun.length > 0 && options.json !== true) tellToRepeat(terminal);
    throw error;
  }
  const exitCode = await send([{ ...message, attachments: [...before, ...uploaded] }]);
  if (exitCode === exitCodes.ok || exitCode === exitCodes.decidedRefused) {
    for (const upload of memory.begun) await memory.forget(upload);
  }
  return exitCode;
}

/** Looks at all files before the first is uploaded. */
async function findFiles(
  terminal: Terminal,
  names: readonly string[],
  most: number,
): Promise<readonly FileToSend[]> {
  if (names.length > most) {
    throw new UsageError({
      en: `A message takes at most ${mostFiles} files.`,
      fr: `Un message accepte au plus ${mostFiles} fichiers.`,
    });
  }
  const files: FileToSend[] = [];
  for (const name of names) {
    const path = resolve(terminal.cwd, name);
    const found = await lookAt(path);
    if (found?.isFile() !== true) {
      throw new UsageError({ en: `cannot read ${path}`, fr: `impossible de lire ${path}` });
    }
    if (found.size === 0) throw new UsageError({ en: `${path} is empty`, fr: `${path} est vide` });
    files.push({ path, fileName: basename(path), sizeBytes: found.size });
  }
  return files;
}

async function uploadFile(
  terminal: Terminal,
  client: ChappeClient,
  { path, fileName, sizeBytes }: FileToSend,
  memory: UploadMemory,
  options: AttachOptions,
): Promise<AttachmentJson> {
  const { say, colours, signal } = terminal;
  const draw = options.json === true ? undefined : drawTransfer(terminal, fileName);
  const doing = {
    hashing: say({ en: 'reading', fr: 'lecture' }),
    uploading: say({ en: 'uploading', fr: 'envoi' }),
  };
  const attachment = await client.attachments.upload(await openAsBlob(path), {
    fileName,
    mediaType: mediaTypeOf(fileName),
    signal,
    memory,
    onProgress: (progress) => draw?.(progress, doing[progress.phase]),
  });
  terminal.redraw();
  if (options.json !== true) {
    const uploaded = say({ en: 'uploaded', fr: 'envoyé' });
    const size = sizeText(sizeBytes, terminal);
    terminal.err(`${colours.green('✓')} ${oneLine(fileName)}  ${uploaded}  ${attachment.mediaType}  ${size}`);
  }
  return attachment;
}

/** The memory, and what it was asked of in this run. */
function watched(memory: UploadMemory): UploadMemory & { readonly begun: readonly UploadIdentity[] } {
  const begun: UploadIdentity[] = [];
  return {
    begun,
    find(upload) {
      begun.push(upload);
      return memory.find(upload);
    },
    keep: memory.keep,
    forget: memory.forget,
  };
}

function tellToRepeat({ err, say, colours }: Terminal): void {
  const text = {
    en: 'What was uploaded is kept: the same command goes on from there. No message was sent.',
    fr: "Ce qui a été envoyé est gardé : la même commande reprend de là. Aucun message n'est parti.",
  };
  err(colours.dim(say(text)));
}
