/** Why a download was cut off before its end. */
export type CutReason = 'stalled' | 'too-slow' | 'rights-changed' | 'stopping';

/** A download under way. */
export interface WatchedDownload {
  takenBytes(): number;
  /** Whether its reader may still have it; asked again and again. A failure to tell counts as no. */
  mayGoOn(): Promise<boolean>;
  cut(reason: CutReason): void;
}

/** How long readers are waited for. */
export interface ReaderPatience {
  /** A reader that takes nothing for so long is cut off. */
  readonly stallTimeoutMs: number;
  /** On the whole a reader takes at least so much, once `stallTimeoutMs` have passed. */
  readonly minBytesPerS: number;
  /** How often the rights of each reader are looked at again. */
  readonly recheckMs: number;
}

/** Looks after the downloads under way. */
export interface ReaderWatch {
  /** Watches one; the answer ends that. */
  add(download: WatchedDownload): () => void;
  /** Cuts all of them off. */
  stop(): void;
}

interface Watched {
  readonly download: WatchedDownload;
  readonly startedAtMs: number;
  takenBytes: number;
  tookAtMs: number;
  checkedAtMs: number;
  checking: boolean;
}

const shortestTickMs = 20;

/**
 * Makes the watch. A reader that never reads holds memory, a connection and a place; one whose rights were taken
 * away is out within `recheckMs`, in the middle of a file too.
 */
export function createReaderWatch(patience: ReaderPatience, nowMs: () => number): ReaderWatch {
  const { stallTimeoutMs, minBytesPerS, recheckMs } = patience;
  const watched = new Set<Watched>();
  let timer: NodeJS.Timeout | undefined;

  function look(each: Watched): void {
    const atMs = nowMs();
    const taken = each.download.takenBytes();
    if (taken > each.takenBytes) {
      each.takenBytes = taken;
      each.tookAtMs = atMs;
    }
    const countedMs = atMs - each.startedAtMs - stallTimeoutMs;
    if (atMs - each.tookAtMs > stallTimeoutMs) end(each, 'stalled');
    else if (taken < (countedMs / 1_000) * minBytesPerS) end(each, 'too-slow');
    else if (!each.checking && atMs - each.checkedAtMs >= recheckMs) void recheck(each);
  }

  async function recheck(each: Watched): Promise<void> {
    each.checking = true;
    const mayGoOn = await each.download.mayGoOn().catch(() => false);
    each.checking = false;
    each.checkedAtMs = nowMs();
    if (!mayGoOn) end(each, 'rights-changed');
  }

  function end(each: Watched, reason: CutReason): void {
    if (forget(each)) each.download.cut(reason);
  }

  function forget(each: Watched): boolean {
    const was = watched.delete(each);
    if (watched.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    return was;
  }

  return {
    add(download) {
      const atMs = nowMs();
      const each = {
        download,
        startedAtMs: atMs,
        takenBytes: 0,
        tookAtMs: atMs,
        checkedAtMs: atMs,
        checking: false,
      };
      watched.add(each);
      timer ??= setInterval(
        () => {
          for (const one of watched) look(one);
        },
        Math.max(shortestTickMs, Math.min(stallTimeoutMs, recheckMs) / 4),
      ).unref();
      return () => {
        forget(each);
      };
    },
    stop() {
      for (const each of watched) end(each, 'stopping');
    },
  };
}
