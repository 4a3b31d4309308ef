import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A peer that runs as a process of its own and prints its URL when it listens. */
export interface RunningPeer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a program of bench/peers. */
export async function runPeer(program: string, env: Record<string, string>): Promise<RunningPeer> {
  const main = new URL(`../peers/${program}`, import.meta.url).pathname;
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    void exited.then(() => reject(new Error(`${program} ended before it listened`)));
  });
  return {
    url: await firstLine,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await exited;
      clearTimeout(late);
    },
  };
}
