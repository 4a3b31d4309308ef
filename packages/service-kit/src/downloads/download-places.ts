import { Problem } from '../problems/problem.ts';

/** How many downloads may be under way at once on one replica. */
export interface DownloadBounds {
  readonly maxPerSubject: number;
  readonly maxInAll: number;
}

const retryAfterS = 5;

/** Takes a place for a download; the answer gives it back, and may be called more than once. */
export interface DownloadPlaces {
  /** Throws the refusal where there is none: 429 for whoever has enough, 503 where all are taken. */
  enter(subjectId: string): () => void;
  /** Takes nobody any more. */
  close(): void;
}

/** Counts downloads, so that neither one reader nor all of them together exhaust a replica. */
export function createDownloadPlaces(bounds: DownloadBounds): DownloadPlaces {
  const taken = new Map<string, number>();
  let inAll = 0;
  let closed = false;
  return {
    enter(subjectId) {
      const own = taken.get(subjectId) ?? 0;
      if (own >= bounds.maxPerSubject) {
        throw new Problem('rate-limited', { detail: 'Too many downloads at once.', retryAfterS });
      }
      if (closed || inAll >= bounds.maxInAll) throw new Problem('unavailable', { retryAfterS });
      taken.set(subjectId, own + 1);
      inAll += 1;
      let entered = true;
      return () => {
        if (!entered) return;
        entered = false;
        inAll -= 1;
        const left = (taken.get(subjectId) ?? 1) - 1;
        if (left === 0) taken.delete(subjectId);
        else taken.set(subjectId, left);
      };
    },
    close() {
      closed = true;
    },
  };
}
