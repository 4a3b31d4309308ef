import type { DirectorySnapshot } from '@chappe/directory';
import type { Correspondent } from '@chappe/schemas';

/** The correspondents of the latest releases, so that a delivery is judged by the one that it names. */
export interface DirectoryReleases {
  add(snapshot: DirectorySnapshot): void;
  /** Waits for a release that this replica has not read yet; rejects when it does not come in time. */
  at(release: number): Promise<ReadonlyMap<string, Correspondent>>;
}

/** The release that a delivery names has not arrived here: the slice is tried again. */
export class DirectoryBehind extends Error {
  override readonly name = 'DirectoryBehind';
  readonly code = 'DIRECTORY_BEHIND';
  /** Waiting helps: no record is to blame. */
  readonly transient = true;

  constructor() {
    super('the directory release that a delivery names has not arrived');
  }
}

/**
 * Keeps the latest releases that this process has seen. A delivery that names an older one is judged by the
 * oldest kept, the nearest to it; whatever is shown of it later is judged by the directory of that day.
 */
export function createDirectoryReleases(options: { kept: number; waitMs: number }): DirectoryReleases {
  const releases = new Map<number, ReadonlyMap<string, Correspondent>>();
  const waiting = new Set<() => void>();
  let latest = 0;

  function nextRelease(deadlineMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const arrived = (): void => {
        clearTimeout(timer);
        waiting.delete(arrived);
        resolve();
      };
      const timer = setTimeout(
        () => {
          waiting.delete(arrived);
          reject(new DirectoryBehind());
        },
        Math.max(0, deadlineMs - performance.now()),
      );
      waiting.add(arrived);
    });
  }

  return {
    add(snapshot) {
      if (snapshot.release <= latest) return;
      latest = snapshot.release;
      releases.set(latest, snapshot.correspondents);
      if (releases.size > options.kept) {
        const [oldest] = releases.keys();
        if (oldest !== undefined) releases.delete(oldest);
      }
      for (const arrived of [...waiting]) arrived();
    },
    async at(release) {
      const deadlineMs = performance.now() + options.waitMs;
      while (release > latest) await nextRelease(deadlineMs);
      const exact = releases.get(release);
      if (exact !== undefined) return exact;
      const [oldest] = releases.values();
      if (oldest === undefined) throw new DirectoryBehind();
      return oldest;
    },
  };
}
