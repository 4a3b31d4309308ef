import { randomUUID } from 'node:crypto';
import { access, constants, link, mkdir, open, rmdir, statfs, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AttachmentStoreFull, AttachmentStoreUnavailable, type ReadOptions } from '../attachment.ts';
import { isAbsent, openDiskObjectReader } from './disk-objects.ts';
import type { ObjectContent, ObjectStore } from './object-store.ts';

const temporaryFolder = 'tmp';
/** A folder may be removed, because it was empty, between its making and the link into it. */
const mostLinkAttempts = 10;

/**
 * Objects as files. Each is written under a name of its own, synchronised, and then linked to its key, which fails
 * if the key is taken; last, the folder is synchronised. Files are readable for the owner's group, so that readers
 * can be given that group and nothing more.
 */
export function openDiskObjectStore(directory: string): ObjectStore {
  return {
    ...openDiskObjectReader(directory),
    create: (key, content, options) => guarded(() => create(directory, key, content, options), content),
    async remove(key) {
      await guarded(() => removeFile(directory, key));
    },
    async freeBytes() {
      const { bavail, bsize } = await guarded(() => statfs(directory));
      return bavail * bsize;
    },
    async removeLeftovers(olderThanMs) {
      for await (const { key, modifiedAtMs } of openDiskObjectReader(directory).list(`${temporaryFolder}/`)) {
        if (modifiedAtMs < olderThanMs) await guarded(() => unlinkIfThere(join(directory, key)));
      }
    },
    async check() {
      await guarded(async () => {
        // Its parent is the operator's: where a disk is not mounted, nothing is to be written beneath its place.
        await mkdir(directory, { mode: 0o750 }).catch((error: unknown) => {
          if (codeOf(error) !== 'EEXIST') throw error;
        });
        await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
      });
    },
  };
}

async function create(
  directory: string,
  key: string,
  content: ObjectContent,
  options: ReadOptions | undefined,
): Promise<'created' | 'exists'> {
  const target = join(directory, key);
  const temporary = join(directory, temporaryFolder, randomUUID());
  if (await exists(target)) {
    discard(content);
    return 'exists';
  }
  try {
    await writeTemporary(directory, temporary, content, options);
    return await linkInto(directory, temporary, target);
  } finally {
    await unlinkIfThere(temporary);
  }
}

async function writeTemporary(
  directory: string,
  temporary: string,
  content: ObjectContent,
  options: ReadOptions | undefined,
): Promise<void> {
  const handle = await open(temporary, 'wx', 0o640).catch(async (error: unknown) => {
    if (!isAbsent(error)) throw error;
    await mkdir(join(directory, temporaryFolder), { mode: 0o750 }).catch((cause: unknown) => {
      if (codeOf(cause) !== 'EEXIST') throw cause;
    });
    return await open(temporary, 'wx', 0o640);
  });
  try {
    if (Buffer.isBuffer(content)) await handle.writeFile(content);
    else {
      let written = 0;
      const sink = new Writable({
        highWaterMark: 1024 * 1024,
        write(chunk: Buffer, _encoding, done) {
          handle.write(chunk).then(({ bytesWritten }) => {
            written += bytesWritten;
            done(
              bytesWritten === chunk.length ? null : new Error('a file took only a part of what was written'),
            );
          }, done);
        },
      });
      await pipeline(content.stream, sink, options?.signal === undefined ? {} : { signal: options.signal });
      if (written !== content.sizeBytes) throw new Error('a stream ended before its announced length');
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function linkInto(directory: string, temporary: string, target: string): Promise<'created' | 'exists'> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await link(temporary, target);
      await synchronise(dirname(target));
      return 'created';
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return 'exists';
      if (!isAbsent(error) || attempt >= mostLinkAttempts) throw error;
      await makeFolders(directory, dirname(target));
    }
  }
}

/** Makes a folder and those above it, each of them surely there afterwards. */
async function makeFolders(directory: string, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o750 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length && made !== directory; made = dirname(made)) {
    // One that was empty may have been removed again; whoever links into it will notice.
    await synchronise(dirname(made)).catch((error: unknown) => {
      if (!isAbsent(error)) throw error;
    });
  }
}

async function synchronise(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeFile(directory: string, key: string): Promise<void> {
  await unlinkIfThere(join(directory, key));
  // Folders that became empty go, up to the one at the top.
  for (let folder = dirname(key); dirname(folder) !== '.'; folder = dirname(folder)) {
    try {
      await rmdir(join(directory, folder));
    } catch (error) {
      if (isAbsent(error)) continue;
      if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return;
      throw error;
    }
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function unlinkIfThere(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => {
    if (!isAbsent(error)) throw error;
  });
}

/** What a file system says becomes one of the two errors of the store; what the content's own stream says stays. */
async function guarded<T>(work: () => Promise<T>, content?: ObjectContent): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (content !== undefined) discard(content);
    const code = codeOf(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new AttachmentStoreFull(error);
    if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) throw new AttachmentStoreUnavailable(error);
    throw error;
  }
}

function discard(content: ObjectContent): void {
  if (!Buffer.isBuffer(content)) content.stream.destroy();
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined;
}
