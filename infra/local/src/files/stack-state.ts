import { existsSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { writeAtomically } from './write-atomically.ts';

const stateShape = z.object({
  url: z.string(),
  issuer: z.string(),
  kafka: z.object({
    brokers: z.array(z.string()),
    username: z.string().nullable(),
    password: z.string().nullable(),
    mechanism: z.string(),
  }),
  postgres: z.string(),
  redis: z.string().nullable(),
  services: z.record(z.string(), z.string()),
  pids: z.record(z.string(), z.number()),
});

/** What `.local/stack.json` says of a running stack; a fixed point that other programs rely on. */
export type StackState = z.infer<typeof stateShape>;

/** Where the state of the stack on a folder is kept. */
export function stateFile(folder: string): string {
  return `${folder}/stack.json`;
}

/** Writes the state as a whole. */
export function saveState(folder: string, state: StackState): void {
  writeAtomically(stateFile(folder), `${JSON.stringify(state, null, 2)}\n`);
}

/** Reads the state that a stack left or keeps. */
export function readState(folder: string): StackState | undefined {
  const file = stateFile(folder);
  if (!existsSync(file)) return undefined;
  const parsed = stateShape.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

/** Removes the state: nothing runs any more. */
export function removeState(folder: string): void {
  rmSync(stateFile(folder), { force: true });
}
