import { z } from 'zod';
import type { DownloadLimits } from './serve-downloads.ts';

const count = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);
const milliseconds = (fallback: number) => z.coerce.number().int().min(10).max(3_600_000).default(fallback);

/** The settings of a service that serves files. Spread into the service's own `z.object({ … })`. */
export const downloadSettings = {
  /** Downloads at once of one person or system. */
  DOWNLOADS_MAX_PER_SUBJECT: count(4, 1_000),
  /** Downloads at once on this replica. */
  DOWNLOADS_MAX: count(64, 10_000),
  /** A reader that takes nothing for so long is cut off; it resumes where it was. */
  DOWNLOAD_STALL_TIMEOUT_MS: milliseconds(60_000),
  /** What a reader takes at least on the whole: a quarter of a link of 64 kbit/s. */
  DOWNLOAD_MIN_BYTES_PER_S: count(2_048, 1_073_741_824),
  /** Within what time somebody whose rights were taken away is out, in the middle of a file too. */
  DOWNLOAD_RECHECK_MS: milliseconds(3_000),
  /** How long the store may take to give the first bytes. */
  DOWNLOAD_OPEN_TIMEOUT_MS: milliseconds(10_000),
  /** Gives out files that a scanner has not answered for yet. What it refused is given to nobody. */
  DOWNLOAD_UNSCANNED: z.stringbool().default(false),
};

/** What `downloadSettings` parses to. */
export type DownloadSettings = z.output<z.ZodObject<typeof downloadSettings>>;

/** The bounds that these settings mean. */
export function downloadLimits(settings: DownloadSettings): DownloadLimits {
  return {
    maxPerSubject: settings.DOWNLOADS_MAX_PER_SUBJECT,
    maxInAll: settings.DOWNLOADS_MAX,
    stallTimeoutMs: settings.DOWNLOAD_STALL_TIMEOUT_MS,
    minBytesPerS: settings.DOWNLOAD_MIN_BYTES_PER_S,
    recheckMs: settings.DOWNLOAD_RECHECK_MS,
    openTimeoutMs: settings.DOWNLOAD_OPEN_TIMEOUT_MS,
  };
}
