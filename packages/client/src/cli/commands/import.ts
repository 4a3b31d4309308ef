import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ChappeClient } from '../../create-client.ts';
import { parseJson } from '../../problem.ts';
import type { PublishResult } from '../../publish-message.ts';
import { openClient, resolveConnection } from '../connect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { explainError, explainProblem } from '../explain-error.ts';
import { createRowComposer } from '../import/compose-row.ts';
import { createProgressBar } from '../import/draw-progress.ts';
import { createErrorFile, type ErrorFile } from '../import/error-file.ts';
import { type Mapping, readMapping } from '../import/read-mapping.ts';
import { type CsvFile, type CsvRow, readCsv } from '../import/read-rows.ts';
import { inBatches, type ReadyRow, type Stop, sendBatch } from '../import/send-rows.ts';
import { type ImportCounts, printSummary } from '../import/summarise-import.ts';
import type { Text } from '../language.ts';
import { messageStatusOf, type StatusOptions } from '../message-status.ts';
import { retryNotice, type SendOptions } from '../send-messages.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `import`. */
export interface ImportOptions extends SendOptions, StatusOptions {
  readonly mapping: string;
  readonly errors?: string;
  readonly batch?: number;
  readonly delimiter?: string;
  readonly encoding?: string;
  readonly client?: boolean;
}

/** More rows than the network's worst day has messages; the keys seen are kept in memory. */
const mostRows = 200_000;
const patienceMs = 120_000;

/** Sends the rows of a CSV file as messages; those that could not be sent are written to a file that can be fed back. */
export async function importFile(
  terminal: Terminal,
  source: string,
  options: ImportOptions,
): Promise<ExitCode> {
  const mapping = await readMappingFile(terminal, options.mapping);
  const connection = await resolveConnection(terminal, options);
  const client = await openClient(connection, options, patienceMs);
  const input = await openInput(terminal, source);
  const delimiter = options.delimiter ?? mapping.delimiter ?? ',';
  const encoding = options.encoding ?? mapping.encoding ?? 'utf-8';
  const file = await readCsv(input.bytes, { delimiter, encoding });
  requireColumns(file, mapping);
  const errors = createErrorFile(
    resolve(terminal.cwd, options.errors ?? errorName(source)),
    file.heads,
    delimiter,
  );
  const counts: ImportCounts = { rows: 0, accepted: 0, failed: 0, unknown: 0 };
  const draw = createProgressBar(terminal);
  const composeRow = createRowComposer(mapping, file.heads, {
    of: messageStatusOf(options, connection),
    wins: options.actual === true || options.exercise !== undefined,
  });
  const progress = () =>
    draw({
      accepted: counts.accepted,
      failed: counts.failed + counts.unknown,
      readBytes: input.readBytes(),
      totalBytes: input.totalBytes,
    });

  async function* ready(): AsyncGenerator<ReadyRow> {
    for await (const row of file.rows) {
      counts.rows += 1;
      if (counts.rows > mostRows) throw tooManyRows();
      const composed = composeRow(row);
      if (composed.status === 'composed') yield { row, message: composed.message };
      else {
        counts.failed += 1;
        await errors.write(row.cells, composed.faults.map(terminal.say).join('; '));
      }
      progress();
    }
  }

  try {
    const stop =
      options.dryRun === true
        ? await rehearse(ready(), client, counts)
        : await sendAll(terminal, client, ready(), { errors, counts, progress, options });
    terminal.redraw();
    return printSummary(terminal, counts, { stop, errorsPath: errors.path, options });
  } finally {
    terminal.redraw();
    await errors.close();
  }
}

async function sendAll(
  terminal: Terminal,
  client: ChappeClient,
  rows: AsyncIterable<ReadyRow>,
  work: {
    readonly errors: ErrorFile;
    readonly counts: ImportCounts;
    readonly progress: () => void;
    readonly options: ImportOptions;
  },
): Promise<Stop | 'interrupted' | undefined> {
  const { errors, counts, progress, options } = work;
  const notice = retryNotice(terminal, options);
  const publishing = {
    signal: terminal.signal,
    onRetry: (event: { attempt: number; delayMs: number }) => {
      terminal.redraw();
      notice(event);
    },
  };
  try {
    for await (const batch of inBatches(rows, options.batch ?? 200)) {
      const { sent, stop } = await sendBatch(client, batch, publishing);
      if (stop !== undefined) return stop;
      for (const { row, result } of sent) await settle(terminal, row, result, errors, counts);
      progress();
    }
    return undefined;
  } catch (error) {
    if (terminal.signal.aborted) return 'interrupted';
    throw error;
  }
}

async function settle(
  terminal: Terminal,
  row: CsvRow,
  result: PublishResult,
  errors: ErrorFile,
  counts: ImportCounts,
): Promise<void> {
  if (result.outcome === 'accepted') {
    counts.accepted += 1;
    return;
  }
  if (result.outcome === 'refused') counts.failed += 1;
  else counts.unknown += 1;
  await errors.write(row.cells, reasonOf(result, terminal));
}

/** In one line, and without what is only said to people at the terminal. */
function reasonOf(result: Exclude<PublishResult, { outcome: 'accepted' }>, terminal: Terminal): string {
  const { problem } = result;
  if (problem === undefined) {
    return result.outcome === 'unresolved' ? (explainError(result.cause, terminal).lines[0] ?? '') : '';
  }
  const places = (problem.errors ?? []).map(
    ({ pointer, detail, code }) => `${pointer ?? '/'}: ${detail ?? code ?? ''}`,
  );
  return [explainProblem(problem, terminal).lines[0] ?? '', ...places].join('; ');
}

/** Reads every row, and asks the server about the first alone. */
async function rehearse(
  rows: AsyncIterable<ReadyRow>,
  client: ChappeClient,
  counts: ImportCounts,
): Promise<undefined> {
  for await (const { message } of rows) {
    if (counts.accepted === 0) await client.dryRun(message);
    counts.accepted += 1;
  }
  return undefined;
}

async function readMappingFile(terminal: Terminal, name: string): Promise<Mapping> {
  const path = resolve(terminal.cwd, name);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw unreadable(path);
  }
  return readMapping(parseJson(text), name);
}

async function openInput(
  terminal: Terminal,
  source: string,
): Promise<{
  readonly bytes: AsyncIterable<Buffer | string>;
  readonly totalBytes: number | undefined;
  readBytes(): number;
}> {
  if (source === '-') return { bytes: terminal.input, totalBytes: undefined, readBytes: () => 0 };
  const path = resolve(terminal.cwd, source);
  const found = await stat(path).catch(() => undefined); // absent and unreadable are told alike, just below
  if (found === undefined || !found.isFile()) throw unreadable(path);
  const stream = createReadStream(path);
  return { bytes: stream, totalBytes: found.size, readBytes: () => stream.bytesRead };
}

function requireColumns({ heads }: CsvFile, mapping: Mapping): void {
  const missing = mapping.columns.filter((column) => !heads.includes(column));
  const twice = mapping.columns.filter((column) => heads.filter((head) => head === column).length > 1);
  const complaint = (names: readonly string[], what: Text): UsageError =>
    new UsageError(
      { en: `${what.en}: ${names.join(', ')}`, fr: `${what.fr} : ${names.join(', ')}` },
      {
        en: `the file has: ${heads.join(' | ')} (--delimiter says what separates them)`,
        fr: `le fichier a : ${heads.join(' | ')} (--delimiter dit ce qui les sépare)`,
      },
    );
  if (missing.length > 0)
    throw complaint(missing, { en: 'columns that are not there', fr: 'colonnes absentes' });
  if (twice.length > 0)
    throw complaint(twice, { en: 'columns that are there twice', fr: 'colonnes en double' });
}

/** `leads.csv` gives `leads.errors.csv`, and feeding that back the same name with a number. */
function errorName(source: string): string {
  if (source === '-') return 'import.errors.csv';
  const plain = source.replace(/\.csv$/i, '').replace(/\.errors(?:-\d+)?$/i, '');
  return `${plain}.errors.csv`;
}

function tooManyRows(): UsageError {
  return new UsageError(
    {
      en: `more than ${mostRows} rows: those before were sent`,
      fr: `plus de ${mostRows} lignes : celles d'avant ont été envoyées`,
    },
    { en: 'split the file', fr: 'partagez le fichier' },
  );
}

function unreadable(path: string): UsageError {
  return new UsageError({ en: `cannot read ${path}`, fr: `impossible de lire ${path}` });
}
