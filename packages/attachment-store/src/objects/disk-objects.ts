import { access, constants, open, opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AttachmentStoreUnavailable, type ByteRange, type ReadOptions } from '../attachment.ts';
import type { ListedObject, ObjectReader } from './object-store.ts';

/** Reads objects that are files below a directory. */
export function openDiskObjectReader(directory: string): ObjectReader {
  return {
    list: (prefix, options) => walk(directory, prefix, options),
    read: (key, mostBytes) => readSmall(join(directory, key), mostBytes),
    open: (key, range, options) => openStream(join(directory, key), range, options),
    async check() {
      await access(directory, constants.R_OK | constants.X_OK).catch(unavailable);
    },
    close: async () => {},
  };
}

async function* walk(directory: string, prefix: string, options?: ReadOptions): AsyncGenerator<ListedObject> {
  options?.signal?.throwIfAborted();
  const entries: { name: string; isFolder: boolean }[] = [];
  try {
    for await (const entry of await opendir(join(directory, prefix))) {
      entries.push({ name: entry.name, isFolder: entry.isDirectory() });
    }
  } catch (error) {
    if (isAbsent(error)) return;
    throw new AttachmentStoreUnavailable(error);
  }
  for (const { name, isFolder } of entries.sort(byKey)) {
    const key = `${prefix}${name}`;
    if (isFolder) yield* walk(directory, `${key}/`, options);
    else {
      const found = await statOrAbsent(join(directory, key));
      if (found !== null) yield { key, ...found };
    }
  }
}

/** As S3 orders keys: a folder's name counts with its slash. */
function byKey(a: { name: string; isFolder: boolean }, b: { name: string; isFolder: boolean }): number {
  const [left, right] = [a, b].map(({ name, isFolder }) => (isFolder ? `${name}/` : name));
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

async function statOrAbsent(file: string): Promise<{ sizeBytes: number; modifiedAtMs: number } | null> {
  try {
    const { size, mtimeMs } = await stat(file);
    return { sizeBytes: size, modifiedAtMs: mtimeMs };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw new AttachmentStoreUnavailable(error);
  }
}

async function readSmall(file: string, mostBytes: number): Promise<Buffer | null> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      if (size > mostBytes)
        throw new Error(`an object is larger than the ${mostBytes} bytes that it may have`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isAbsent(error)) return null;
    throw new AttachmentStoreUnavailable(error);
  }
}

async function openStream(
  file: string,
  range: ByteRange | undefined,
  options: ReadOptions | undefined,
): Promise<Readable | null> {
  try {
    const handle = await open(file, 'r');
    return handle.createReadStream({
      highWaterMark: 256 * 1024,
      ...(range === undefined ? {} : { start: range.first, end: range.last }),
      ...(options?.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (error) {
    if (isAbsent(error)) return null;
    throw new AttachmentStoreUnavailable(error);
  }
}

/** A folder on the way that is a file, or too long a name, is as good as absent: no key of ours is either. */
export function isAbsent(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
}

function unavailable(error: unknown): never {
  throw new AttachmentStoreUnavailable(error);
}
