import type { Terminal } from './terminal.ts';

/** One JSON document, indented: what a command prints with --json. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(JSON.stringify(value, null, 2));
}
