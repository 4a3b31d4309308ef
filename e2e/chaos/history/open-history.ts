import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { ChaosEvent, ChaosNote } from './chaos-event.ts';

/** What all clients of a run saw, in the order in which they noted it. */
export interface History {
  /** The file that holds it: one JSON value per line. */
  readonly file: string;
  append(note: ChaosNote): void;
  /** Reads the file from its beginning; may be iterated as often as needed, also while it grows. */
  events(): Iterable<ChaosEvent>;
  close(): void;
}

const flushAtChars = 64 * 1024;
const readChunkBytes = 1024 * 1024;

/**
 * Opens `<folder>/history.jsonl`. Only the last lines are held in memory: a run of 30 minutes writes hundreds
 * of thousands. A write is synchronous, so that a note is on the disk's side before its client goes on.
 */
export function openHistory(folder: string): History {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'history.jsonl');
  const startedAtMs = performance.now();
  let handle: number | undefined = openSync(file, 'w');
  let pending: string[] = [];
  let pendingChars = 0;

  function flush(): void {
    if (handle === undefined || pendingChars === 0) return;
    const text = pending.join('');
    pending = [];
    pendingChars = 0;
    writeSync(handle, text);
  }

  return {
    file,
    append(note) {
      if (handle === undefined) return;
      const atMs = Math.round((performance.now() - startedAtMs) * 1000) / 1000;
      const line = `${JSON.stringify({ atMs, wallMs: Date.now(), ...note })}\n`;
      pending.push(line);
      pendingChars += line.length;
      if (pendingChars >= flushAtChars) flush();
    },
    events: () => ({
      [Symbol.iterator]() {
        flush();
        return readHistory(file);
      },
    }),
    close() {
      flush();
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
    },
  };
}

/** The events of a history file, line by line. */
export function* readHistory(file: string): Generator<ChaosEvent, void, undefined> {
  const handle = openSync(file, 'r');
  const chunk = Buffer.alloc(readChunkBytes);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for (;;) {
      const size = readSync(handle, chunk);
      if (size === 0) return;
      const lines = (rest + decoder.write(chunk.subarray(0, size))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as ChaosEvent;
    }
  } finally {
    closeSync(handle);
  }
}
