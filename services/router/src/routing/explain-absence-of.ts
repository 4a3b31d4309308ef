import type { DirectorySnapshot } from '@chappe/directory';
import { type Absence, type AbsenceQuestion, explainAbsence } from '../domain/explain-absence.ts';
import { ThreadMemory } from '../domain/thread-memory.ts';
import type { ThreadReader } from './explain-routing.ts';

/** Answers the question from what is recorded of the message, then of its thread: it may have been passed on. */
export async function explainAbsenceOf(
  question: AbsenceQuestion,
  threads: ThreadReader,
  directory: DirectorySnapshot,
): Promise<Absence | null> {
  const scope = { locks: [], messages: [question.messageId], senders: [] };
  const found = await threads.read({ ...scope, threads: [] });
  const [first] = found.decisions;
  if (first === undefined) return null;
  const records = await threads.read({ ...scope, threads: [first.decision.threadId] });
  return explainAbsence(question, new ThreadMemory(records), directory);
}
