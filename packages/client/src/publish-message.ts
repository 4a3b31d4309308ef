import type { MessageRequest } from './message-request.ts';
import { pause } from './pause.ts';
import { isRecord, type ProblemDetails, UnexpectedAnswer } from './problem.ts';
import { isTransient, retryDelayMs } from './retry-policy.ts';
import { type Attempt, answeredObject, type Transport, unavailable } from './transport.ts';
import { uuidV7 } from './uuid-v7.ts';

/** What a 202 promises: the message is durable and will be decided on. */
export interface Accepted {
  readonly messageId: string;
  readonly reference: string;
  /** Where the message's fate can be asked. */
  readonly status: string;
}

/**
 * What became of a message. `refused` is certain: it was not accepted. `unresolved` is not: an attempt
 * went unanswered, so it may have been accepted; publish the same message under the same
 * `submissionId` again, now or tomorrow, and it exists once.
 */
export type PublishResult =
  | (Accepted & { readonly outcome: 'accepted'; readonly submissionId: string; readonly attempts: number })
  | {
      readonly outcome: 'refused';
      readonly problem: ProblemDetails;
      readonly submissionId: string;
      readonly attempts: number;
    }
  | {
      readonly outcome: 'unresolved';
      readonly problem?: ProblemDetails;
      readonly cause: unknown;
      readonly submissionId: string;
      readonly attempts: number;
    };

/** Options of one publication. */
export interface PublishOptions {
  readonly signal?: AbortSignal;
  /** Told before each pause, for a program that shows progress. */
  readonly onRetry?: (event: { attempt: number; delayMs: number; problem?: ProblemDetails }) => void;
}

/** Fills in the submission id once, before the first attempt, so that every attempt carries the same one. */
export function withSubmissionId(
  message: MessageRequest,
): MessageRequest & { readonly submissionId: string } {
  return { ...message, submissionId: message.submissionId ?? uuidV7() };
}

/** Publishes one message, repeating it under one submission id within the retry policy. */
export async function publishMessage(
  transport: Transport,
  message: MessageRequest,
  options: PublishOptions = {},
): Promise<PublishResult> {
  const body = withSubmissionId(message);
  const { submissionId } = body;
  const { retry, url } = transport.settings;
  const startedAtMs = performance.now();
  let maybeAccepted = false;

  for (let attempts = 1; ; attempts++) {
    const result = await attemptPublish(transport, body, options.signal);
    if (result.status === 'answered') {
      return { outcome: 'accepted', ...readAccepted(result.body), submissionId, attempts };
    }
    if (result.status === 'not-sent') {
      if (!maybeAccepted) throw result.cause;
      return { outcome: 'unresolved', cause: result.cause, submissionId, attempts };
    }
    if (result.status === 'problem' && !isTransient(result.problem.status)) {
      const { problem } = result;
      // A refusal after an unanswered attempt speaks of this attempt only.
      if (maybeAccepted)
        return {
          outcome: 'unresolved',
          problem,
          cause: unavailable(url, attempts, result),
          submissionId,
          attempts,
        };
      return { outcome: 'refused', problem, submissionId, attempts };
    }
    // A rate limit is applied before anything is written; everything else may hide a written record.
    if (result.status === 'unanswered' || result.problem.status !== 429) maybeAccepted = true;

    const problem = result.status === 'problem' ? result.problem : undefined;
    const retryAfterMs = result.status === 'problem' ? result.retryAfterMs : undefined;
    const delayMs = retryDelayMs(retry, attempts, retryAfterMs, Math.random());
    if (attempts >= retry.maxAttempts || performance.now() - startedAtMs + delayMs > retry.deadlineMs) {
      if (!maybeAccepted && problem !== undefined)
        return { outcome: 'refused', problem, submissionId, attempts };
      const cause = unavailable(url, attempts, result);
      return {
        outcome: 'unresolved',
        ...(problem === undefined ? {} : { problem }),
        cause,
        submissionId,
        attempts,
      };
    }
    options.onRetry?.({ attempt: attempts, delayMs, ...(problem === undefined ? {} : { problem }) });
    await pause(delayMs, options.signal);
  }
}

async function attemptPublish(
  transport: Transport,
  body: MessageRequest,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const result = await transport.attempt({
    method: 'POST',
    path: '/v1/messages',
    body,
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.status !== 'answered') return result;
  // Only a 202 that names the message is the promise; a proxy's 200 is not.
  return result.httpStatus === 202 && isAccepted(result.body)
    ? result
    : {
        status: 'unanswered',
        cause: new UnexpectedAnswer(`the answer ${result.httpStatus} does not name the message`),
      };
}

/** Whether a value is the content of a 202. */
export function isAccepted(body: unknown): body is Accepted {
  return (
    isRecord(body) &&
    typeof body.messageId === 'string' &&
    typeof body.reference === 'string' &&
    typeof body.status === 'string'
  );
}

function readAccepted(body: unknown): Accepted {
  const { messageId, reference, status } = answeredObject(body);
  return { messageId: String(messageId), reference: String(reference), status: String(status) };
}
