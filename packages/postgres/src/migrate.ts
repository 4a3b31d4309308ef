import type { Log } from './log.ts';
import type { Pool } from './pool.ts';

/** Applies the `.sql` migrations of a folder, in order, under an advisory lock. */
export async function migrate(_database: Pool | string, _options: { folder: URL; log: Log }): Promise<void> {
  throw new Error('not implemented');
}
