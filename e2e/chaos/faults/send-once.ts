import { composeLead } from '../workload/compose-lead.ts';
import { codeOf, invocation, senderName } from '../workload/submit-until-answered.ts';
import type { FaultContext } from './fault.ts';

const sender = 'post:SN';
const answerWithinMs = 20_000;

/** Sends one lead to ingest, once and without patience, noted like any other; the status, or why there was none. */
export async function sendOnce({ stack, random, clients, history }: FaultContext): Promise<number | string> {
  const submission = composeLead({ sender, random });
  const { submissionId } = submission.request;
  const own = { client: senderName(sender), op: 'submit' as const, submissionId, variant: 0 };
  try {
    const token = await clients.tokenOf(sender);
    history.append(invocation(submission, 'submit', 1));
    const response = await fetch(new URL('/v1/messages', stack.service('ingest').url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(submission.request),
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const answer = (await response.json()) as { messageId?: string; type?: string };
    history.append({
      ...own,
      what: 'answer',
      status: response.status,
      ...(answer.messageId === undefined ? {} : { messageId: answer.messageId }),
      ...(answer.type === undefined ? {} : { problemType: answer.type }),
    });
    return response.status;
  } catch (error) {
    const code = codeOf(error);
    history.append({ ...own, what: 'no-answer', code });
    return error instanceof Error ? `nothing (${code}: ${error.message})` : code;
  }
}
