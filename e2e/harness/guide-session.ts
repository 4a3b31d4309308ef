import { readFile } from 'node:fs/promises';

/** A line that a guide tells its reader to type, and what it says that the reader then sees. */
export interface GuideStep {
  readonly guide: string;
  readonly line: number;
  readonly command: string;
  /** Lines of comment below it: words that stand in this order on one line of the output. */
  readonly shown: readonly string[];
}

const block = /^```sh session\n([\s\S]*?)^```$/gm;

/** The commands in a guide's blocks that are marked as a session, in their order. */
export async function readSession(guide: URL): Promise<readonly GuideStep[]> {
  const text = await readFile(guide, 'utf8');
  const name = guide.pathname.split('/').at(-1) ?? '';
  return [...text.matchAll(block)].flatMap((match) => {
    const first = text.slice(0, match.index).split('\n').length + 1;
    return stepsOf(match[1] ?? '', name, first);
  });
}

function stepsOf(source: string, guide: string, first: number): readonly GuideStep[] {
  const steps: { guide: string; line: number; command: string; shown: string[] }[] = [];
  source.split('\n').forEach((text, index) => {
    if (text.startsWith('# ')) steps.at(-1)?.shown.push(text.slice(2));
    else if (text.trim() !== '') steps.push({ guide, line: first + index, command: text, shown: [] });
  });
  return steps;
}

const reference = /\b[A-Z0-9]{2,}-\d{2}-[0-9A-Z]{7}-[0-9A-Z*~$=]/g;

/**
 * The references of a guide stand for those that the system gives: each is bound to a real one by the line that the
 * guide shows for the command which sends it.
 */
export class GuideReferences {
  readonly #real = new Map<string, string>();

  /** The text with the real references in place of the guide's; one that was never bound is a fault of the guide. */
  fill(text: string): string {
    return text.replace(reference, (printed) => {
      const real = this.#real.get(printed);
      if (real === undefined)
        throw new Error(`${printed} is named before the guide shows where it comes from`);
      return real;
    });
  }

  /** Takes the reference out of the output of a command that sends, where the guide shows it for the first time. */
  bind(shown: string, output: string): void {
    const printed = /^✓ (\S+) accepted$/.exec(shown)?.[1];
    if (printed === undefined || this.#real.has(printed)) return;
    const real = /^✓ (\S+) {2}accepted {2}/m.exec(output)?.[1];
    if (real === undefined) throw new Error(`the output names no reference for ${printed}:\n${output}`);
    this.#real.set(printed, real);
  }
}

/** Whether the words stand, in their order, on one line of the output. */
export function isShown(words: string, output: string): boolean {
  const parts = words.split(/\s+/);
  return output.split('\n').some((line) => {
    let from = 0;
    return parts.every((part) => {
      const at = line.indexOf(part, from);
      from = at + part.length;
      return at >= 0;
    });
  });
}
