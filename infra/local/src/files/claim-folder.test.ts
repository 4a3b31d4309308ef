import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AlreadyRunning, claimFolder, runningStack } from './claim-folder.ts';

describe('claimFolder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/chappe-claim-`);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses a second stack, and says which process runs the first', () => {
    const claim = claimFolder(folder);
    expect(() => claimFolder(folder)).toThrow(AlreadyRunning);
    expect(runningStack(folder)).toBe(process.pid);
    claim.release();
    expect(runningStack(folder)).toBeUndefined();
    claimFolder(folder).release();
  });

  it('takes over from a stack that was killed', () => {
    writeFileSync(`${folder}/stack.pid`, '4194303 1');
    expect(runningStack(folder)).toBeUndefined();
    expect(() => claimFolder(folder).release()).not.toThrow();
  });

  it.runIf(process.platform === 'linux')(
    'is not misled by another process with the number of a dead one',
    () => {
      writeFileSync(`${folder}/stack.pid`, `${process.pid} 1`);
      expect(runningStack(folder)).toBeUndefined();
    },
  );
});
