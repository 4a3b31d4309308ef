/** What uploads may cost. All of them hold per process where they are about work, and for all replicas where they are about what is stored. */
export interface UploadBounds {
  /** Of one file. */
  readonly mostBytes: number;
  readonly openPerUploader: number;
  readonly openInAll: number;
  /** Announced bytes of all unfinished uploads of one uploader. */
  readonly unfinishedBytesPerUploader: number;
  /** Transfers that run at once. */
  readonly transfersPerUploader: number;
  readonly transfersInAll: number;
  /** From the creation until what is unfinished is swept. */
  readonly lifetimeMs: number;
  /** Bytes in memory per transfer before they are stored. */
  readonly segmentBytes: number;
  /** How long bytes may wait in memory: what the loss of the process costs a slow sender at most. */
  readonly segmentAgeMs: number;
  /** Each transfer that breaks off leaves a segment; so many are enough for the worst link. */
  readonly mostSegments: number;
  /** A sender that is silent for so long is cut off. */
  readonly idleTimeoutMs: number;
  /** A transfer is cut off after this, however fast it is; the sender goes on with the next. */
  readonly transferTimeoutMs: number;
  /** Room that is left alone. */
  readonly minFreeBytes: number;
  /** A kept file that no message names is swept after this. */
  readonly keepUnattachedMs: number;
}

/** Bounds that fit a post's evidence on a small server. */
export const defaultUploadBounds: UploadBounds = {
  mostBytes: 256 * 1024 * 1024,
  openPerUploader: 20,
  openInAll: 500,
  unfinishedBytesPerUploader: 4 * 1024 * 1024 * 1024,
  transfersPerUploader: 4,
  transfersInAll: 16,
  lifetimeMs: 72 * 3_600_000,
  segmentBytes: 4 * 1024 * 1024,
  segmentAgeMs: 10_000,
  mostSegments: 20_000,
  idleTimeoutMs: 30_000,
  transferTimeoutMs: 300_000,
  minFreeBytes: 512 * 1024 * 1024,
  keepUnattachedMs: 14 * 86_400_000,
};
