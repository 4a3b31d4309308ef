import { folders, type Generation, generationFolder, generationOfEntry } from '../layout.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { AttachmentScanner, ScanVerdict } from './attachment-scanner.ts';

/** What a round of scanning tells. */
export interface ScanObserver {
  verdict(verdict: ScanVerdict): void;
  /** No verdict, and why; the file waits for another round. */
  failed(code: string): void;
}

/** How scanning is done. */
export interface ScanPlan {
  readonly scanner: AttachmentScanner;
  readonly observer: ScanObserver;
  readonly nowMs: number;
  /** An entry without a file is of an upload that was never committed. */
  readonly forgetAfterMs: number;
  readonly signal: AbortSignal;
}

/**
 * Scans what waits, one file after the other; returns how many still wait. Two replicas may scan the same file, which
 * costs time and nothing else: a verdict is a mark of its own, and a refusal outweighs the other.
 */
export async function scanPending(objects: ObjectStore, plan: ScanPlan): Promise<number> {
  let waiting = 0;
  for await (const { key, modifiedAtMs } of objects.list(folders.pending, { signal: plan.signal })) {
    const copy = generationOfEntry(key.slice(folders.pending.length));
    if (copy === null) continue;
    const isOld = modifiedAtMs + plan.forgetAfterMs < plan.nowMs;
    if (!(await scanCopy(objects, copy, key, isOld, plan))) waiting += 1;
  }
  return waiting;
}

async function scanCopy(
  objects: ObjectStore,
  copy: Generation,
  key: string,
  isOld: boolean,
  { scanner, observer, signal }: ScanPlan,
): Promise<boolean> {
  const folder = generationFolder(copy);
  const content = await objects.open(`${folder}content`, undefined, { signal });
  if (content === null) {
    if (isOld) await objects.remove(key);
    return isOld;
  }
  // Whoever stops reading early destroys it, and is not interested in what it says then.
  content.on('error', () => undefined);
  try {
    const verdict = await scanner.scan(content, signal);
    await objects.create(`${folder}scan.${verdict === 'CLEAN' ? 'clean' : 'refused'}`, Buffer.alloc(0));
    await objects.remove(key);
    observer.verdict(verdict);
    return true;
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    observer.failed(typeof code === 'string' ? code : 'UNKNOWN');
    return false;
  }
}
