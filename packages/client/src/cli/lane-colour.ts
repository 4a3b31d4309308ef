import type { Terminal } from './terminal.ts';

/** Colours a text as its lane: flash red, urgent yellow, routine plain. Without colours the word itself says it. */
export function paintLane(lane: string, text: string, { colours }: Terminal): string {
  if (lane === 'flash') return colours.bold(colours.red(text));
  return lane === 'urgent' ? colours.yellow(text) : text;
}
