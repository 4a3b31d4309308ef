import type { ChappeClient } from '../create-client.ts';
import { pause } from '../pause.ts';
import { ChappeUnavailable } from '../problem.ts';
import type { SubmissionStatus } from '../read-model.ts';

const firstPauseMs = 150;
const longestPauseMs = 2_000;
const patienceMs = 30_000;

/** Asks for the fate of an accepted message until it has one. */
export async function waitForDecision(
  client: ChappeClient,
  { messageId, submissionId }: { readonly messageId: string; readonly submissionId: string },
  signal: AbortSignal,
): Promise<SubmissionStatus> {
  const untilMs = performance.now() + patienceMs;
  for (let delayMs = firstPauseMs; ; delayMs = Math.min(longestPauseMs, delayMs * 2)) {
    const status = await client.status(messageId, { submissionId });
    if (status.state !== 'PENDING') return status;
    if (performance.now() + delayMs > untilMs) {
      throw new ChappeUnavailable('the message was accepted and is not decided on yet', { attempts: 1 });
    }
    await pause(delayMs, signal);
  }
}
