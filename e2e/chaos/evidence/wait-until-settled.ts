import { setTimeout as sleep } from 'node:timers/promises';
import type { ExerciseStack } from '../../harness/exercise-stack.ts';
import type { Workload } from '../workload/start-workload.ts';
import type { AcknowledgedSubmission } from '../workload/submission.ts';
import { correspondentsOf, readHeads } from './gather-evidence.ts';

/** Bounds of the wait. */
export interface SettleOptions {
  readonly withinMs?: number;
  /** Gives up earlier when nothing at all has changed for so long. */
  readonly stillMs?: number;
  readonly onProgress?: (line: string) => void;
}

const roundMs = 700;
const quietRounds = 3;
const askedAtOnce = 10;
const reason = 'chaos run: waiting until everything is archived';

/**
 * Waits until the inboxes have stopped growing and the last messages that were acknowledged are decided and
 * archived: what was sent before them, on every partition, has gone the same way. Answers false when the time
 * was over before: what is missing then is for the checker to name.
 */
export async function waitUntilSettled(
  system: ExerciseStack,
  workload: Pick<Workload, 'recentlyAcknowledged'>,
  options: SettleOptions = {},
): Promise<boolean> {
  const deadline = performance.now() + (options.withinMs ?? 120_000);
  const open = new Map(workload.recentlyAcknowledged().map((each) => [each.messageId, each]));
  let before = '';
  let quiet = 0;
  let round = 0;
  let changedAtMs = performance.now();
  while (
    performance.now() < deadline &&
    performance.now() - changedAtMs < (options.stillMs ?? Number.POSITIVE_INFINITY)
  ) {
    round += 1;
    const openBefore = open.size;
    try {
      await dropDone(system, open);
      const heads = await readHeads(system);
      const now = correspondentsOf(system)
        .map((each) => heads.get(each))
        .join(' ');
      quiet = now === before ? quiet + 1 : 0;
      if (quiet === 0 || open.size < openBefore) changedAtMs = performance.now();
      before = now;
    } catch {
      // A service is still away: not settled.
      quiet = 0;
      changedAtMs = performance.now();
    }
    if (open.size === 0 && quiet >= quietRounds) return true;
    if (round % 15 === 0) options.onProgress?.(`not settled yet: ${open.size} recent messages are under way`);
    await sleep(roundMs);
  }
  return false;
}

/** The latest first, a few at once; among them one that waits is enough to know that it is too early. */
async function dropDone(system: ExerciseStack, open: Map<string, AcknowledgedSubmission>): Promise<void> {
  const latestFirst = [...open.values()].reverse();
  for (let start = 0; start < latestFirst.length; start += askedAtOnce) {
    const few = latestFirst.slice(start, start + askedAtOnce);
    const done = await Promise.all(
      few.map(({ messageId, submission: { sender, request } }) =>
        isDone(system, sender, request.submissionId, messageId),
      ),
    );
    few.forEach(({ messageId }, place) => {
      if (done[place] === true) open.delete(messageId);
    });
    if (done.includes(false)) return;
  }
}

async function isDone(
  system: ExerciseStack,
  sender: string,
  submissionId: string,
  messageId: string,
): Promise<boolean> {
  const client = system.as(sender);
  const { state } = await client.status(messageId, { submissionId });
  if (state !== 'ACCEPTED') return state === 'REFUSED';
  try {
    await client.archive.read(messageId, { reason });
    return true;
  } catch {
    return false;
  }
}
