import type { Terminal } from '../terminal.ts';

/** How far an import has come. */
export interface ImportProgress {
  readonly accepted: number;
  readonly failed: number;
  readonly readBytes: number;
  /** Size of the file; undefined where it comes through a pipe. */
  readonly totalBytes: number | undefined;
}

const barWidth = 24;
const shortestPauseMs = 100;

/** Draws a bar that moves, at most ten times a second. */
export function createProgressBar(terminal: Terminal): (progress: ImportProgress) => void {
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const nowMs = performance.now();
    if (nowMs - drawnAtMs < shortestPauseMs) return;
    drawnAtMs = nowMs;
    terminal.redraw(progressLine(progress, terminal));
  };
}

/** The bar as text: how much of the file has been read, what was accepted and what was not. */
export function progressLine(progress: ImportProgress, { say, language }: Terminal): string {
  const { accepted, failed, readBytes, totalBytes } = progress;
  const number = new Intl.NumberFormat(language);
  const counts = say({
    en: `${number.format(accepted)} accepted, ${number.format(failed)} not`,
    fr: `${number.format(accepted)} acceptés, ${number.format(failed)} non`,
  });
  if (totalBytes === undefined || totalBytes === 0) return counts;
  const part = Math.min(1, readBytes / totalBytes);
  const done = Math.round(part * barWidth);
  const percent = `${Math.floor(part * 100)}`.padStart(3);
  return `[${'█'.repeat(done)}${'░'.repeat(barWidth - done)}] ${percent} %  ${counts}`;
}
