import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What the readers saw. */
export interface StreamReading {
  /** From the first delivery to the last. */
  readonly ms: number;
  readonly missing: number;
  readonly repeated: number;
}

/** Readers that all listen. */
export interface StreamReaders {
  /** Once each has had what it expects, or too long has passed. */
  reading(): Promise<StreamReading>;
  stop(): Promise<void>;
}

/** Opens readers in a process of their own; resolves when all of them listen. */
export async function openStreamReaders(target: {
  url: string;
  token?: string;
  connections: number;
  expected: number;
}): Promise<StreamReaders> {
  const { url, token, connections, expected } = target;
  const main = new URL('../peers/stream-readers.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main], {
    env: {
      ...(token === undefined ? {} : { TOKEN: token }),
      ...{ PATH: process.env.PATH, URL: url, TIMEOUT_MS: '120000' },
      CONNECTIONS: String(connections),
      EXPECTED: String(expected),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const first = await lines.next();
  if (first.value !== 'ready') {
    await stop();
    throw new Error('the readers did not get ready');
  }
  return {
    async reading() {
      const line = await lines.next();
      if (line.done) throw new Error('the readers ended before they had read');
      return JSON.parse(line.value) as StreamReading;
    },
    stop,
  };
}
