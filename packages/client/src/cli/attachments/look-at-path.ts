import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isRecord } from '../../problem.ts';

/** What lies at a path; undefined where nothing does, or nothing that this person may look at. */
export async function lookAt(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    // Whatever else keeps a path from being looked at is told by the file system itself, where it is opened.
    if (isRecord(error) && typeof error.code === 'string') return undefined;
    throw error;
  }
}
