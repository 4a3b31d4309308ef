import type { AttachmentJson } from '@chappe/schemas';
import { oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** A line per file of a message: its number, by which it is fetched, its name, type and size. */
export function attachmentLines(
  attachments: readonly AttachmentJson[] | undefined,
  terminal: Terminal,
): readonly string[] {
  return (attachments ?? []).map(({ fileName, mediaType, sizeBytes }, index) => {
    const size = sizeText(sizeBytes, terminal);
    return terminal.colours.dim(`    [${index + 1}] ${oneLine(fileName)}  ${mediaType}  ${size}`);
  });
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size as people say it: three digits at most, and the unit in their language. */
export function sizeText(sizeBytes: number, { language }: Pick<Terminal, 'language'>): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, sizeBytes)) / 3));
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: 'short',
    maximumSignificantDigits: power === 0 ? 4 : 3,
  }).format(sizeBytes / 1_000 ** power);
}
