import type { MessageRequest } from './message-request.ts';
import { pause } from './pause.ts';
import { isRecord, type ProblemDetails, problemFrom, UnexpectedAnswer } from './problem.ts';
import { isAccepted, type PublishOptions, type PublishResult, withSubmissionId } from './publish-message.ts';
import { isTransient, retryDelayMs } from './retry-policy.ts';
import { type Attempt, type Transport, unavailable } from './transport.ts';

/** What the server takes in one request. */
const maxBatchSize = 500;

interface Pending {
  readonly index: number;
  readonly body: MessageRequest & { readonly submissionId: string };
  maybeAccepted: boolean;
}

/**
 * Publishes many messages, in requests of at most 500, one after the other. Each message has its own
 * result, at its own place; only those still open are repeated, each under its own submission id.
 */
export async function publishBatch(
  transport: Transport,
  messages: readonly MessageRequest[],
  options: PublishOptions = {},
): Promise<readonly PublishResult[]> {
  const results: PublishResult[] = [];
  for (let start = 0; start < messages.length; start += maxBatchSize) {
    const chunk = messages.slice(start, start + maxBatchSize).map(withSubmissionId);
    results.push(...(await publishChunk(transport, chunk, options)));
  }
  return results;
}

async function publishChunk(
  transport: Transport,
  bodies: readonly (MessageRequest & { readonly submissionId: string })[],
  options: PublishOptions,
): Promise<readonly PublishResult[]> {
  const { retry, url } = transport.settings;
  const startedAtMs = performance.now();
  const settled = new Map<number, PublishResult>();
  let open: Pending[] = bodies.map((body, index) => ({ index, body, maybeAccepted: false }));

  for (let attempts = 1; ; attempts++) {
    const result = await attemptBatch(transport, open, options.signal);
    if (result.status === 'not-sent' && attempts === 1) throw result.cause;
    const still: Pending[] = [];
    open.forEach((pending, place) => {
      const settledAs = settle(pending, place, result, attempts, url);
      if (settledAs === undefined) still.push(pending);
      else settled.set(pending.index, settledAs);
    });
    open = still;
    if (open.length === 0) break;

    const retryAfterMs = result.status === 'problem' ? result.retryAfterMs : undefined;
    const delayMs = retryDelayMs(retry, attempts, retryAfterMs, Math.random());
    if (attempts >= retry.maxAttempts || performance.now() - startedAtMs + delayMs > retry.deadlineMs) {
      const cause =
        result.status === 'problem' || result.status === 'unanswered'
          ? unavailable(url, attempts, result)
          : new Error('the server did not take these messages in time');
      for (const { index, body } of open) {
        settled.set(index, { outcome: 'unresolved', cause, submissionId: body.submissionId, attempts });
      }
      break;
    }
    options.onRetry?.({ attempt: attempts, delayMs });
    await pause(delayMs, options.signal);
  }
  return bodies.flatMap((_, index) => settled.get(index) ?? []);
}

/** The result of one message after an attempt; undefined while it is worth repeating. */
function settle(
  pending: Pending,
  place: number,
  result: Attempt,
  attempts: number,
  url: string,
): PublishResult | undefined {
  const { submissionId } = pending.body;
  if (result.status === 'not-sent')
    return { outcome: 'unresolved', cause: result.cause, submissionId, attempts };
  if (result.status === 'unanswered') {
    pending.maybeAccepted = true;
    return undefined;
  }
  const answer = result.status === 'problem' ? { problem: result.problem } : itemAt(result.body, place);
  if ('accepted' in answer) return { outcome: 'accepted', ...answer.accepted, submissionId, attempts };
  const { problem } = answer;
  if (isTransient(problem.status)) {
    if (problem.status !== 429) pending.maybeAccepted = true;
    return undefined;
  }
  if (!pending.maybeAccepted) return { outcome: 'refused', problem, submissionId, attempts };
  const cause = unavailable(url, attempts, { status: 'problem', problem, retryAfterMs: undefined });
  return { outcome: 'unresolved', problem, cause, submissionId, attempts };
}

async function attemptBatch(
  transport: Transport,
  open: readonly Pending[],
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const result = await transport.attempt({
    method: 'POST',
    path: '/v1/messages/batch',
    body: { messages: open.map((pending) => pending.body) },
    ...(signal === undefined ? {} : { signal }),
  });
  if (result.status !== 'answered') return result;
  const items = isRecord(result.body) ? result.body.items : undefined;
  return Array.isArray(items) && items.length === open.length
    ? result
    : { status: 'unanswered', cause: new UnexpectedAnswer('the answer does not hold one item per message') };
}

type ItemAnswer =
  | { readonly accepted: { readonly messageId: string; readonly reference: string; readonly status: string } }
  | { readonly problem: ProblemDetails };

function itemAt(body: unknown, place: number): ItemAnswer {
  const items = isRecord(body) && Array.isArray(body.items) ? body.items : [];
  const item: unknown = items[place];
  const accepted = isRecord(item) ? item.accepted : undefined;
  if (isAccepted(accepted)) {
    return {
      accepted: { messageId: accepted.messageId, reference: accepted.reference, status: accepted.status },
    };
  }
  const given = isRecord(item) ? item : {};
  const status = typeof given.status === 'number' ? given.status : 500;
  return { problem: problemFrom(status, '', given.problem) };
}
