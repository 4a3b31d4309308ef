import { folders, type Generation, generationFolder, generationOfEntry } from './layout.ts';
import type { ObjectStore } from './objects/object-store.ts';

/** When what may go. */
export interface SweepAges {
  /** Unfinished uploads, their bytes, and the notes about finished ones. */
  readonly uploadsMs: number;
  /** Kept files that no message names. */
  readonly unattachedMs: number;
  /** Between the announcement that a file goes and its going. */
  readonly doomedMs: number;
  /** What crashes left without a name. */
  readonly leftoversMs: number;
}

/** What a sweep removed. */
export interface SweepReport {
  uploads: number;
  files: number;
}

/** Ages that fit; uploads and files follow the deployment's settings. */
export function sweepAges(bounds: { lifetimeMs: number; keepUnattachedMs: number }): SweepAges {
  return {
    uploadsMs: bounds.lifetimeMs,
    unattachedMs: bounds.keepUnattachedMs,
    doomedMs: 3_600_000,
    leftoversMs: 24 * 3_600_000,
  };
}

/**
 * Removes expired uploads and files that no message names. Replicas may sweep at the same time. What is attached is
 * never removed: a file is announced as doomed first, which whoever attaches looks for after having set its mark, and
 * goes only in a later sweep, if there is no mark then.
 */
export async function sweepStore(
  objects: ObjectStore,
  ages: SweepAges,
  nowMs: number,
  signal?: AbortSignal,
): Promise<SweepReport> {
  const report: SweepReport = { uploads: 0, files: 0 };
  for (const folder of [folders.uploads, folders.segments, folders.done]) {
    for await (const { key, modifiedAtMs } of objects.list(folder, { signal })) {
      if (modifiedAtMs + ages.uploadsMs >= nowMs) continue;
      await objects.remove(key);
      if (folder === folders.uploads) report.uploads += 1;
    }
  }
  for await (const { key, modifiedAtMs } of objects.list(folders.fresh, { signal })) {
    if (modifiedAtMs + ages.unattachedMs >= nowMs) continue;
    const copy = generationOfEntry(key.slice(folders.fresh.length));
    const fate = copy === null ? 'spared' : await sweepCopy(objects, copy, ages, nowMs);
    if (fate === 'waits') continue;
    await objects.remove(key);
    if (fate === 'removed') report.files += 1;
  }
  await objects.removeLeftovers(nowMs - ages.leftoversMs);
  return report;
}

async function sweepCopy(
  objects: ObjectStore,
  copy: Generation,
  { doomedMs }: SweepAges,
  nowMs: number,
): Promise<'removed' | 'spared' | 'waits'> {
  const folder = generationFolder(copy);
  let beside = await readFolder(objects, folder);
  if (isAttached(beside)) return await spare(objects, folder, beside);
  if (!beside.has('doomed')) {
    await objects.create(`${folder}doomed`, Buffer.alloc(0));
    beside = await readFolder(objects, folder);
    return isAttached(beside) ? await spare(objects, folder, beside) : 'waits';
  }
  if ((beside.get('doomed') ?? 0) + doomedMs >= nowMs) return 'waits';
  // First what makes it whole, last what says that it goes.
  for (const name of [
    'meta',
    'content',
    ...[...beside.keys()].filter((each) => each.startsWith('scan.')),
    'doomed',
  ]) {
    await objects.remove(`${folder}${name}`);
  }
  return 'removed';
}

async function spare(
  objects: ObjectStore,
  folder: string,
  beside: ReadonlyMap<string, number>,
): Promise<'spared'> {
  if (beside.has('doomed')) await objects.remove(`${folder}doomed`);
  return 'spared';
}

function isAttached(beside: ReadonlyMap<string, number>): boolean {
  return [...beside.keys()].some((name) => name.startsWith('attached.'));
}

/** What stands in a copy's folder, and since when. */
async function readFolder(objects: ObjectStore, folder: string): Promise<Map<string, number>> {
  const names = new Map<string, number>();
  for await (const { key, modifiedAtMs } of objects.list(folder))
    names.set(key.slice(folder.length), modifiedAtMs);
  return names;
}
