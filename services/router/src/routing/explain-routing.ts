import type { DirectorySnapshot } from '@chappe/directory';
import type { Message } from '@chappe/schemas';
import { laneOf } from '@chappe/schemas';
import { decideSlice } from '../domain/decide-slice.ts';
import { type Explanation, explainFate } from '../domain/explain-decision.ts';
import type { ThreadRecords } from '../domain/thread-memory.ts';
import { scopeOf, type ThreadScope } from '../domain/thread-scope.ts';
import type { WaitBounds } from './route-slice.ts';

/** Reads what is recorded about some threads, without locking it. */
export interface ThreadReader {
  read(scope: ThreadScope): Promise<ThreadRecords>;
}

/** What would become of this message if it were sent now. Nothing is recorded. */
export async function explainRouting(
  message: Message,
  threads: ThreadReader,
  context: { readonly directory: DirectorySnapshot; readonly nowMs: number } & WaitBounds,
): Promise<Explanation> {
  const arrival = { message, lane: laneOf(message.urgency), encoded: new Uint8Array() };
  const records = await threads.read(scopeOf([arrival]));
  const { fates, findOriginal } = decideSlice([arrival], records, context);
  const [fate] = fates;
  if (fate === undefined) throw new Error('a slice of one message has one fate');
  return explainFate(fate, context.directory, findOriginal);
}
