import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { forgetCommand, watchCommand } from '@chappe/testing';

/** A file system of its own in memory, which tests fill to the last byte at once, without writing anything. */
export interface SmallDisk {
  readonly folder: string;
  /** From now on nothing new can be written; says how many bytes are in it. */
  fill(): number;
  /** There is room again. */
  free(): void;
  remove(): void;
}

/** Mounts one; undefined where this process may not mount. */
export function mountSmallDisk(folder: string, sizeMb: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  const roomy = `size=${sizeMb}m,mode=0711`;
  if (!runs('mount', ['-t', 'tmpfs', '-o', roomy, 'chappe', folder])) return undefined;
  // The mount outlives us when we are killed; its folder could then not be removed.
  watchCommand(folder, ['umount', '--lazy', folder]);
  return {
    folder,
    fill() {
      const used = usedBytes(folder);
      // Shrinking to what is used fails while somebody writes: the next measure is of a moment later.
      for (let attempt = 0; attempt < 50; attempt += 1) {
        const size = Math.max(4096, usedBytes(folder));
        if (runs('mount', ['-o', `remount,size=${size}`, folder])) return size;
      }
      throw new Error(`${folder} with ${used} bytes in it could not be filled`);
    },
    free() {
      execFileSync('mount', ['-o', `remount,size=${sizeMb}m`, folder], { stdio: 'ignore' });
    },
    remove() {
      if (runs('umount', ['--lazy', folder])) forgetCommand(folder);
    },
  };
}

function usedBytes(folder: string): number {
  const { blocks, bfree, bsize } = statfsSync(folder);
  return (blocks - bfree) * bsize;
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
