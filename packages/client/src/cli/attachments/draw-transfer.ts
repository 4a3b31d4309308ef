import { oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { sizeText } from './describe-attachments.ts';

const barWidth = 24;
const shortestPauseMs = 100;

/** How far the transfer of one file has come. */
export interface TransferProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Draws the bar of one file in a window, at most ten times a second, and at its end. */
export function drawTransfer(
  terminal: Terminal,
  fileName: string,
): (progress: TransferProgress, doing: string) => void {
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  return (progress, doing) => {
    const nowMs = performance.now();
    if (nowMs - drawnAtMs < shortestPauseMs && progress.doneBytes < progress.totalBytes) return;
    drawnAtMs = nowMs;
    terminal.redraw(`${oneLine(fileName)}  ${transferLine(progress, terminal)}  ${doing}`);
  };
}

/** The bar as text. */
export function transferLine({ doneBytes, totalBytes }: TransferProgress, terminal: Terminal): string {
  const part = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
  const done = Math.round(part * barWidth);
  const percent = `${Math.floor(part * 100)}`.padStart(3);
  return `[${'█'.repeat(done)}${'░'.repeat(barWidth - done)}] ${percent} %  ${sizeText(doneBytes, terminal)}`;
}
