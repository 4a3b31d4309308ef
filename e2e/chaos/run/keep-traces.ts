import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Stack } from '@chappe/local';

/** Copies the logs of every process of a stack into the run's folder, before the stack's own goes. */
export function keepTraces(stack: Stack, folder: string): void {
  const kept = join(folder, 'logs');
  mkdirSync(kept, { recursive: true });
  for (const name of Object.keys(stack.state.pids)) {
    for (const file of logFilesOf(stack.dataDir, name)) {
      if (existsSync(file)) cpSync(file, join(kept, `${name}.log`));
    }
  }
}

function logFilesOf(dataDir: string, name: string): string[] {
  const broker = /^kafka-(\d)$/.exec(name)?.[1];
  if (broker !== undefined) return [join(dataDir, 'kafka', `broker-${broker}`, 'broker.log')];
  if (name === 'postgres' || name === 'redis') return [join(dataDir, name, `${name}.log`)];
  const logs = join(dataDir, 'logs');
  return readdirSync(logs)
    .filter((file) => file === `${name}.log`)
    .map((file) => join(logs, file));
}
