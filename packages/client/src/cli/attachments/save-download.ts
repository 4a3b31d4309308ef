import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { AttachmentDownload } from '../../attachments/download-attachment.ts';
import { isRecord } from '../../problem.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { lookAt } from './look-at-path.ts';
import { safeFileName } from './safe-file-name.ts';

/** Where a download goes. */
export interface SaveOptions {
  /** A file, or a folder in which the file keeps its own name. */
  readonly output?: string;
  /** Replaces a file that is there. */
  readonly force?: boolean;
}

/**
 * Writes a download to a file that only its owner can read, under another name until all of it has come and its digest
 * has been proven. A file that is there is never touched unless that is asked for, also one that appears meanwhile.
 */
export async function saveDownload(
  terminal: Terminal,
  download: AttachmentDownload,
  options: SaveOptions,
): Promise<string> {
  const target = await targetOf(terminal, download.fileName, options.output);
  if (options.force !== true && (await lookAt(target)) !== undefined) {
    download.cancel();
    throw occupied(target);
  }
  const unfinished = join(dirname(target), `.chappe-${randomUUID()}.part`);
  try {
    await writeAll(unfinished, download.content);
    if (options.force === true) await rename(unfinished, target);
    else await moveWhereNothingIs(unfinished, target);
    return target;
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function targetOf(terminal: Terminal, fileName: string, output: string | undefined): Promise<string> {
  const own = safeFileName(fileName);
  if (output === undefined) return resolve(terminal.cwd, own);
  const given = resolve(terminal.cwd, output);
  const found = await lookAt(given);
  return found?.isDirectory() === true ? join(given, own) : given;
}

async function writeAll(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : '';
    throw new UsageError({
      en: `cannot write in ${dirname(path)} (${why})`,
      fr: `impossible d'écrire dans ${dirname(path)} (${why})`,
    });
  });
  try {
    for await (const bytes of content) await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Renaming would replace what is there; a second name for the same file is refused instead. */
async function moveWhereNothingIs(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (isOccupied(error)) throw occupied(to);
    // A file system without second names, as on many sticks.
    await copyFile(from, to, constants.COPYFILE_EXCL).catch((reason: unknown) => {
      throw isOccupied(reason) ? occupied(to) : reason;
    });
  }
}

function isOccupied(error: unknown): boolean {
  return isRecord(error) && error.code === 'EEXIST';
}

function occupied(path: string): UsageError {
  return new UsageError(
    { en: `${path} is there already`, fr: `${path} existe déjà` },
    {
      en: 'choose another place with --output, or add --force',
      fr: 'choisissez --output, ou ajoutez --force',
    },
  );
}
