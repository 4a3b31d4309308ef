#!/usr/bin/env node
import { exitCodes } from './exit-codes.ts';
import { chooseLanguage } from './language.ts';
import { profileLanguage } from './profiles/profile-language.ts';
import { runCommand } from './run-command.ts';
import { createTerminal } from './terminal.ts';

const args = process.argv.slice(2);
const interruption = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exitCode = exitCodes.interrupted;
    interruption.abort(new Error(`interrupted by ${signal}`));
    // What does not watch the signal has only this long.
    setTimeout(() => process.exit(exitCodes.interrupted), 300).unref();
  });
}
// The reader of a pipe may have seen enough (`chappe inbox | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.ok);
});

const terminal = createTerminal(
  {
    env: process.env,
    cwd: process.cwd(),
    language: chooseLanguage(args, process.env, await profileLanguage(args, process.env)),
    noColour: args.includes('--no-color'),
    signal: interruption.signal,
  },
  { input: process.stdin, output: process.stdout, errors: process.stderr },
);
const exitCode = await runCommand(args, terminal);
process.exitCode ??= exitCode;
