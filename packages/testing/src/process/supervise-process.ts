import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { forgetProcessGroup, watchProcessGroup } from './reaper.ts';

/** What to run, as whom, where its output goes and which signal ends it in order. */
export interface ProcessPlan {
  name: string;
  command: string;
  args: readonly string[];
  logFile: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  stdin?: string;
  uid?: number;
  gid?: number;
  stopSignal?: NodeJS.Signals;
}

/** How a process ended. */
export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A child in a process group of its own, which the reaper ends when this process dies. */
export interface SupervisedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<ProcessExit>;
  alive(): boolean;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to stop, with its own signal or another, and insists with SIGKILL after `graceMs`. */
  stop(graceMs?: number, signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a process; rejects when the command cannot be run at all. */
export async function superviseProcess(plan: ProcessPlan): Promise<SupervisedProcess> {
  mkdirSync(dirname(plan.logFile), { recursive: true });
  const log = openSync(plan.logFile, 'a', 0o600);
  const stopSignal = plan.stopSignal ?? 'SIGTERM';
  let child: ChildProcess;
  try {
    child = spawn(plan.command, [...plan.args], {
      detached: true,
      stdio: [plan.stdin === undefined ? 'ignore' : 'pipe', log, log],
      ...(plan.cwd === undefined ? {} : { cwd: plan.cwd }),
      ...(plan.env === undefined ? {} : { env: plan.env }),
      ...(plan.uid === undefined ? {} : { uid: plan.uid }),
      ...(plan.gid === undefined ? {} : { gid: plan.gid }),
    });
  } finally {
    closeSync(log);
  }
  const pid = child.pid;
  if (pid !== undefined) watchProcessGroup(pid, stopSignal);
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  if (pid === undefined) throw new Error(`${plan.name} did not start`);
  if (plan.stdin !== undefined) {
    child.stdin?.on('error', () => {});
    child.stdin?.end(plan.stdin);
  }
  child.unref();
  let ended = false;
  void exited.then(() => {
    ended = true;
    forgetProcessGroup(pid);
  });
  const kill = (signal: NodeJS.Signals): void => {
    if (!ended) child.kill(signal);
  };
  return {
    name: plan.name,
    pid,
    logFile: plan.logFile,
    exited,
    alive: () => !ended,
    kill,
    async stop(graceMs = 8_000, signal = stopSignal) {
      kill(signal);
      // A process held by SIGSTOP acts on the signal only once it runs again.
      kill('SIGCONT');
      // It also keeps us running until the end is seen: the child alone does not.
      const insist = setInterval(() => kill('SIGKILL'), graceMs);
      await exited;
      clearInterval(insist);
    },
  };
}

/** The last lines that a process wrote, for the message that says why it failed. */
export function lastLines(logFile: string, count = 15): string {
  try {
    return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
