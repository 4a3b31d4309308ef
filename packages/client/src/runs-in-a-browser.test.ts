import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const entry = fileURLToPath(new URL('index.ts', import.meta.url));
const mayImport = new Set(['jose', 'eventsource-parser', 'content-disposition', '@noble/hashes/sha2.js']);

/** Every module that `index.ts` loads at run time, at once or later, followed through the relative imports. */
async function loadedFrom(file: string, seen = new Map<string, readonly string[]>()): Promise<typeof seen> {
  if (seen.has(file)) return seen;
  const source = await readFile(file, 'utf8');
  const statements = source.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from '([^']+)';/gms);
  const later = source.matchAll(/\bimport\('([^']+)'\)/g);
  const imports = [...statements, ...later].map(([, specifier = '']) => specifier);
  seen.set(file, imports);
  for (const specifier of imports.filter((one) => one.startsWith('.'))) {
    await loadedFrom(resolve(dirname(file), specifier), seen);
  }
  return seen;
}

it('the SDK loads nothing that only Node has, and nothing of the command line', async () => {
  const loaded = await loadedFrom(entry);
  const packages = new Set([...loaded.values()].flat().filter((specifier) => !specifier.startsWith('.')));
  expect([...packages].filter((name) => !mayImport.has(name))).toEqual([]);
  expect([...loaded.keys()].filter((file) => file.includes('/cli/'))).toEqual([]);
  // The walk itself works: it found what is certainly there.
  expect(packages).toEqual(mayImport);
  expect(loaded.size).toBeGreaterThan(12);
});

it('nor does it touch the globals of Node', async () => {
  for (const file of (await loadedFrom(entry)).keys()) {
    expect(await readFile(file, 'utf8'), file).not.toMatch(/\b(?:process|Buffer|require|__dirname)\b[.(]/);
  }
});
