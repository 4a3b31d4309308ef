import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { belongsToStack, defaultLocalFolder, localFolderFrom } from './local-folder.ts';

describe('localFolderFrom', () => {
  it('is .local, or what CHAPPE_STACK names by the folder or by the file in it', () => {
    expect(localFolderFrom({})).toBe(defaultLocalFolder);
    expect(localFolderFrom({ CHAPPE_STACK: '' })).toBe(defaultLocalFolder);
    expect(localFolderFrom({ CHAPPE_STACK: '/srv/second' })).toBe('/srv/second');
    expect(localFolderFrom({ CHAPPE_STACK: '/srv/second/stack.json' })).toBe('/srv/second');
    expect(localFolderFrom({ CHAPPE_STACK: 'second' })).toBe(`${process.cwd()}/second`);
  });
});

describe('belongsToStack', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/chappe-folder-`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('takes a folder that holds nothing or a stack, and no other', () => {
    expect(belongsToStack(`${folder}/absent`)).toBe(true);
    expect(belongsToStack(folder)).toBe(true);
    writeFileSync(`${folder}/letter.txt`, 'not ours');
    expect(belongsToStack(folder)).toBe(false);
    writeFileSync(`${folder}/secrets.json`, '{}');
    expect(belongsToStack(folder)).toBe(true);
  });
});
