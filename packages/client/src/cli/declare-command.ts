import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Declares a command with its words and examples, as the program does for all of them. */
export type DeclareCommand = (name: string, description: Text, examples: readonly string[]) => Command;

/** Runs what a command does, and keeps the exit code that it ends with. */
export type RunAct = (act: (terminal: Terminal) => Promise<ExitCode>) => Promise<void>;
