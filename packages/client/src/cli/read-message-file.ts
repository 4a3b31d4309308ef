import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isMessageRequest, type MessageRequest } from '../message-request.ts';
import { isRecord, parseJson } from '../problem.ts';
import type { MessageStatus } from './build-message.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Reads messages from a file or, for `-`, from standard input: one, a JSON array, or one a line (NDJSON). */
export async function readMessages(
  source: string,
  terminal: Terminal,
): Promise<readonly Record<string, unknown>[]> {
  const text = source === '-' ? await terminal.readInput() : await readText(resolve(terminal.cwd, source));
  const whole = parseJson(text);
  const values =
    whole === undefined
      ? text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map(parseJson)
      : [whole].flat();
  if (values.length === 0 || !values.every(isRecord)) {
    throw new UsageError(
      { en: `${source} does not hold a message`, fr: `${source} ne contient pas de message` },
      {
        en: 'it must be one JSON object, an array of them, or one a line; packages/schemas/examples has one per kind',
        fr: "il faut un objet JSON, un tableau d'objets, ou un par ligne ; packages/schemas/examples en a un par nature",
      },
    );
  }
  return values;
}

/** Gives a message from a file its status where it has none, and a new submission id where that is asked for. */
export function completeMessage(
  given: Readonly<Record<string, unknown>>,
  status: MessageStatus | undefined,
  options: { readonly fresh: boolean; readonly statusWins: boolean },
): MessageRequest {
  const { submissionId, ...rest } = given;
  const own = options.fresh || submissionId === undefined ? {} : { submissionId };
  if (given.status !== undefined && !options.statusWins) return asRequest({ ...own, ...rest });
  if (status === undefined) throw statusMissing();
  const { exerciseId: _, ...real } = rest;
  return asRequest({ ...own, ...(status.status === 'ACTUAL' ? real : rest), ...status });
}

/** Takes a value for a request if it has the shape of one. */
export function asRequest(value: Readonly<Record<string, unknown>>): MessageRequest {
  if (isMessageRequest(value)) return value;
  throw new UsageError({
    en: 'a message needs a kind and a body',
    fr: 'un message a une nature (kind) et un corps (body)',
  });
}

/** Nothing is taken for real, or for an exercise, by accident. */
export function statusMissing(): UsageError {
  return new UsageError(
    { en: 'Is this real or an exercise?', fr: 'Est-ce réel ou un exercice ?' },
    { en: 'add --actual, or --exercise <id>', fr: 'ajoutez --actual, ou --exercise <id>' },
  );
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError({ en: `cannot read ${path}`, fr: `impossible de lire ${path}` });
  }
}
