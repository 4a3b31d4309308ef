import type { Text } from './language.ts';

/** What the stack tells while it starts and runs. */
export type ProgressEvent =
  | { what: 'step'; name: string; detail: string; ms: number }
  | { what: 'note'; text: Text }
  | { what: 'trouble'; text: Text; lines?: string };

/** Hears of progress. */
export type ProgressListener = (event: ProgressEvent) => void;

/** Times one step, and tells when it is done. */
export async function step<T>(
  listener: ProgressListener,
  name: string,
  work: () => Promise<T>,
  detail: (result: T) => string,
): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  listener({ what: 'step', name, detail: detail(result), ms: Math.round(performance.now() - startedAt) });
  return result;
}
