import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CsvError, parse } from 'csv-parse';
import { UsageError } from '../usage-error.ts';
import { errorColumn, unescapeCell } from './error-cells.ts';

/** One record of a CSV file, below its heads. */
export interface CsvRow {
  /** The line on which it ends, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A CSV file as it is read: its heads, then its rows, never more of it in memory than a few records. */
export interface CsvFile {
  readonly heads: readonly string[];
  readonly rows: AsyncIterable<CsvRow>;
}

/** How the file is written. */
export interface CsvForm {
  readonly delimiter: string;
  readonly encoding: string;
}

/** A record longer than this is a missing quote, not a message. */
const mostRecordCharacters = 512 * 1024;

/**
 * Reads CSV (RFC 4180) from a stream of bytes. A byte order mark decides the encoding, whatever was said of it. The
 * file of an earlier run's errors is read as it was written: its protection against formulas is taken off, and its
 * column of errors left out.
 */
export async function readCsv(bytes: AsyncIterable<Buffer | string>, form: CsvForm): Promise<CsvFile> {
  const parser = parse({
    delimiter: form.delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: mostRecordCharacters,
  });
  // A failure of either ends the parser too, and so surfaces where it is read.
  pipeline(Readable.from(decode(bytes, form.encoding)), parser).catch((error: Error) =>
    parser.destroy(error),
  );
  const records = readRecords(parser);
  const first = await records.next();
  const heads = first.done === true ? [] : first.value.cells.map((head) => head.trim());
  const errorsAt = heads.indexOf(errorColumn);
  const mended = async function* (): AsyncGenerator<CsvRow> {
    for await (const row of records) {
      yield errorsAt < 0
        ? row
        : { line: row.line, cells: row.cells.toSpliced(errorsAt, 1).map(unescapeCell) };
    }
  };
  return { heads: errorsAt < 0 ? heads : heads.toSpliced(errorsAt, 1).map(unescapeCell), rows: mended() };
}

async function* readRecords(parser: AsyncIterable<unknown>): AsyncGenerator<CsvRow> {
  try {
    for await (const given of parser) {
      const { record, info } = given as { record: string[]; info: { lines: number } };
      yield { line: info.lines, cells: record };
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error) : error;
  }
}

async function* decode(bytes: AsyncIterable<Buffer | string>, encoding: string): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  try {
    for await (const chunk of bytes) {
      const part = Buffer.from(chunk);
      decoder ??= decoderFor(part, encoding);
      const text = decoder.decode(part, { stream: true });
      if (text !== '') yield text;
    }
    const rest = decoder?.decode() ?? '';
    if (rest !== '') yield rest;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(
      { en: `the file is not ${encoding}`, fr: `le fichier n'est pas en ${encoding}` },
      {
        en: 'say how it is written with --encoding (windows-1252, utf-16le…)',
        fr: 'dites comment il est écrit avec --encoding (windows-1252, utf-16le…)',
      },
    );
  }
}

function decoderFor(start: Buffer, encoding: string): InstanceType<typeof TextDecoder> {
  const marked = [
    { mark: [0xef, 0xbb, 0xbf], name: 'utf-8' },
    { mark: [0xff, 0xfe], name: 'utf-16le' },
    { mark: [0xfe, 0xff], name: 'utf-16be' },
  ].find(({ mark }) => mark.every((byte, index) => start[index] === byte));
  const name = marked?.name ?? encoding;
  try {
    return new TextDecoder(name, { fatal: true });
  } catch {
    throw new UsageError({
      en: `I do not know the encoding ${name}`,
      fr: `je ne connais pas le codage ${name}`,
    });
  }
}

function unreadable(error: CsvError): UsageError {
  const line = 'lines' in error ? String(error.lines) : '?';
  return new UsageError(
    {
      en: `the file cannot be read as CSV around line ${line} (${error.code})`,
      fr: `le fichier ne se lit pas comme du CSV vers la ligne ${line} (${error.code})`,
    },
    {
      en: 'look for a quote that is not closed or not doubled; --delimiter says what separates the cells',
      fr: 'cherchez un guillemet non fermé ou non doublé ; --delimiter dit ce qui sépare les cellules',
    },
  );
}
