import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isRecord, parseJson } from '../problem.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** The options by which a text or further fields of a body come from elsewhere than the command line. */
export interface TextOptions {
  /** A file with the text; `-` is standard input. */
  readonly textFile?: string;
  /** A JSON file with further fields of the body. */
  readonly body?: string;
}

/** The text given as an argument (`-` is standard input) or in a file; undefined if there is none. */
export async function readGivenText(
  terminal: Terminal,
  words: string | undefined,
  { textFile }: TextOptions,
): Promise<string | undefined> {
  if (words !== undefined && textFile !== undefined) {
    throw new UsageError({
      en: 'give the text once: on the command line or with --text-file',
      fr: 'donnez le texte une seule fois : en argument ou avec --text-file',
    });
  }
  const source = textFile ?? (words === '-' ? '-' : undefined);
  const text = source === undefined ? words : await readSource(terminal, source);
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (trimmed === '') throw new UsageError({ en: 'The text is empty.', fr: 'Le texte est vide.' });
  return trimmed;
}

/** The same, where nothing can be sent without a text. */
export async function requireText(
  terminal: Terminal,
  words: string | undefined,
  options: TextOptions,
): Promise<string> {
  const text = await readGivenText(terminal, words, options);
  if (text !== undefined) return text;
  throw new UsageError(
    { en: 'There is no text.', fr: 'Il manque le texte.' },
    {
      en: 'add it in quotes, as `-` for standard input, or with --text-file',
      fr: "ajoutez-le entre guillemets, « - » pour l'entrée standard, ou avec --text-file",
    },
  );
}

/** Further fields of a body (entities, relations…), read from a JSON file. */
export async function readBodyFields(
  terminal: Terminal,
  { body }: TextOptions,
): Promise<Readonly<Record<string, unknown>>> {
  if (body === undefined) return {};
  const fields = parseJson(await readSource(terminal, body));
  if (isRecord(fields)) return fields;
  throw new UsageError({
    en: `${body} does not hold a JSON object`,
    fr: `${body} ne contient pas un objet JSON`,
  });
}

async function readSource(terminal: Terminal, source: string): Promise<string> {
  if (source === '-') return terminal.readInput();
  const path = resolve(terminal.cwd, source);
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError({ en: `cannot read ${path}`, fr: `impossible de lire ${path}` });
  }
}
