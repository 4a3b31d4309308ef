import type { ChappeClient } from '../../create-client.ts';
import type { MessageRequest } from '../../message-request.ts';
import type { PublishOptions, PublishResult } from '../../publish-message.ts';
import type { CsvRow } from './read-rows.ts';

/** A row that is ready to be sent. */
export interface ReadyRow {
  readonly row: CsvRow;
  readonly message: MessageRequest;
}

/** What became of a row that was sent. */
export interface SentRow extends ReadyRow {
  readonly result: PublishResult;
}

/** Why nothing more can be sent: nobody answers, or whoever sends may not. */
export type Stop =
  | { readonly why: 'unavailable'; readonly cause: unknown }
  | { readonly why: 'not-allowed'; readonly result: Extract<PublishResult, { outcome: 'refused' }> };

/** As many characters of JSON as go into one request; the server takes twice as much. */
const mostBatchCharacters = 4_000_000;

/** Cuts rows into batches of at most so many rows, and of a size that one request may have. */
export async function* inBatches(
  rows: AsyncIterable<ReadyRow>,
  mostRows: number,
): AsyncGenerator<readonly ReadyRow[]> {
  let batch: ReadyRow[] = [];
  let characters = 0;
  for await (const ready of rows) {
    const size = JSON.stringify(ready.message).length;
    if (batch.length >= mostRows || (batch.length > 0 && characters + size > mostBatchCharacters)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(ready);
    characters += size;
  }
  if (batch.length > 0) yield batch;
}

/** Sends one batch; says also whether it makes sense to go on. */
export async function sendBatch(
  client: ChappeClient,
  batch: readonly ReadyRow[],
  options: PublishOptions,
): Promise<{ readonly sent: readonly SentRow[]; readonly stop: Stop | undefined }> {
  const results = await client.publishBatch(
    batch.map(({ message }) => message),
    options,
  );
  const sent = batch.flatMap((ready, index) => {
    const result = results[index];
    return result === undefined ? [] : [{ ...ready, result }];
  });
  return { sent, stop: stopAfter(results) };
}

function stopAfter(results: readonly PublishResult[]): Stop | undefined {
  const [first] = results;
  if (first?.outcome === 'unresolved' && results.every(({ outcome }) => outcome === 'unresolved')) {
    return { why: 'unavailable', cause: first.cause };
  }
  const isBarred = (result: PublishResult) =>
    result.outcome === 'refused' && [401, 403].includes(result.problem.status);
  if (first?.outcome === 'refused' && results.every(isBarred)) return { why: 'not-allowed', result: first };
  return undefined;
}
