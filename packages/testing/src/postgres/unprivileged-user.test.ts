import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { impassableFolder } from './unprivileged-user.ts';

const stranger = { name: 'nobody', uid: 65_534, gid: 65_534 };

describe('impassableFolder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/chappe-pass-`);
    mkdirSync(`${folder}/inner`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('names the first folder on the way that another user may not pass', () => {
    chmodSync(folder, 0o700);
    expect(impassableFolder(`${folder}/inner/data`, stranger)).toBe(folder);
    chmodSync(folder, 0o711);
    chmodSync(`${folder}/inner`, 0o700);
    expect(impassableFolder(`${folder}/inner/data`, stranger)).toBe(`${folder}/inner`);
  });

  it('finds a way that everybody may pass, or that ends in folders to be made', () => {
    chmodSync(folder, 0o711);
    chmodSync(`${folder}/inner`, 0o711);
    expect(impassableFolder(`${folder}/inner/data`, stranger)).toBeUndefined();
    expect(impassableFolder(`${folder}/to/be/made/data`, stranger)).toBeUndefined();
  });

  it('asks the owner’s bits of the owner', () => {
    chmodSync(folder, 0o700);
    const owner = { name: 'me', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    expect(impassableFolder(`${folder}/inner/data`, owner)).toBeUndefined();
  });
});
