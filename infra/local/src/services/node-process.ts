import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder, lastLines, repositoryRoot, superviseProcess } from '@chappe/testing';
import type { UnitProcess } from './unit.ts';

const readyWithinMs = 60_000;

/** A program of ours, run by the Node that runs us. */
export interface NodeProgram {
  name: string;
  main: string;
  args?: readonly string[];
  env: Readonly<Record<string, string>>;
  logFile: string;
}

/** Starts a TypeScript program as a process of its own, its output going to the log file. */
export async function launchNode(program: NodeProgram): Promise<UnitProcess> {
  return await superviseProcess({
    name: program.name,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', program.main, ...(program.args ?? [])],
    cwd: repositoryRoot,
    // Nothing of the environment that we run in but what finds programs and files.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      LANG: process.env.LANG,
      TZ: process.env.TZ,
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: `${cacheFolder}/compile`,
      ...program.env,
    },
    logFile: program.logFile,
  });
}

/** Waits until `url` answers 2xx; rejects as soon as the process has ended. */
export async function waitForHttp(name: string, process: UnitProcess, url: string): Promise<void> {
  const deadline = Date.now() + readyWithinMs;
  let last = 'no answer';
  while (Date.now() < deadline) {
    if (!process.alive()) throw new Error(`${name} ended while starting:\n${lastLines(process.logFile)}`);
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      const body = await response.text();
      if (response.ok) return;
      last = `${response.status} ${body.slice(0, 300)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(60);
  }
  throw new Error(
    `${name} was not ready after ${readyWithinMs / 1000} s (${last}):\n${lastLines(process.logFile)}`,
  );
}
