import { type FileHandle, open } from 'node:fs/promises';
import { csvRecord, errorColumn, escapeCell } from './error-cells.ts';

/** The rows that were not sent, each with its reason, in a file that can be mended and fed back. */
export interface ErrorFile {
  /** Where it is; undefined as long as there is no error. */
  readonly path: string | undefined;
  write(cells: readonly string[], reason: string): Promise<void>;
  close(): Promise<void>;
}

const mostNames = 1_000;

/**
 * Prepares the file; it comes into being with the first error, under a name that is free: what somebody is still
 * mending is never written over. Only its owner can read it. Each row is in the file before the next is sent.
 */
export function createErrorFile(wanted: string, heads: readonly string[], delimiter: string): ErrorFile {
  let file: FileHandle | undefined;
  let path: string | undefined;
  const begin = async (): Promise<FileHandle> => {
    const opened = await openFree(wanted);
    path = opened.path;
    // The mark tells Excel that it is UTF-8.
    await opened.handle.appendFile(`\ufeff${csvRecord([errorColumn, ...heads.map(escapeCell)], delimiter)}`);
    return opened.handle;
  };
  return {
    get path() {
      return path;
    },
    async write(cells, reason) {
      file ??= await begin();
      await file.appendFile(csvRecord([escapeCell(reason), ...cells.map(escapeCell)], delimiter));
    },
    async close() {
      await file?.close();
    },
  };
}

async function openFree(wanted: string): Promise<{ readonly path: string; readonly handle: FileHandle }> {
  for (let count = 1; ; count++) {
    const path = count === 1 ? wanted : wanted.replace(/(\.csv)?$/i, `-${count}$1`);
    try {
      return { path, handle: await open(path, 'wx', 0o600) };
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isTaken || count >= mostNames) throw error;
    }
  }
}
