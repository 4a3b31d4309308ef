import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Replaces a file as a whole: readers see the old one or the new one. Only its owner may read it. */
export function writeAtomically(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const incoming = `${file}.${process.pid}.new`;
  writeFileSync(incoming, text, { mode: 0o600 });
  renameSync(incoming, file);
}
