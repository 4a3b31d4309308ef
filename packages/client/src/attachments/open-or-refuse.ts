import { ChappeProblem, ChappeUnavailable, parseJson, problemFrom } from '../problem.ts';
import { isTransient, parseRetryAfter } from '../retry-policy.ts';
import { type ApiRequest, NothingSent, type Transport } from '../transport.ts';

/** A request went unanswered, or was answered by what may pass: the same may succeed later. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly retryAfterMs: number | undefined;

  constructor(cause: unknown, retryAfterMs?: number) {
    super('interrupted', { cause });
    this.retryAfterMs = retryAfterMs;
  }

  /** As the caller of the SDK is told it, once it is given up. */
  asUnavailable(url: string): ChappeUnavailable {
    const { cause } = this;
    const problem = cause instanceof ChappeProblem ? cause.details : undefined;
    const told = problem === undefined ? 'did not answer' : `answered ${problem.status} (${problem.title})`;
    return new ChappeUnavailable(`${url} ${told}`, {
      attempts: 1,
      cause,
      ...(problem === undefined ? {} : { problem }),
    });
  }
}

/** Also of an upload that another request, cut off on its way, still holds. */
const locked = 423;

/**
 * Sends a request whose answer is not JSON. Resolves with an answer of success, whose body is still to be read;
 * throws Interrupted, or the refusal as ChappeProblem.
 */
export async function openOrRefuse(transport: Transport, request: ApiRequest): Promise<Response> {
  let response: Response;
  try {
    response = await transport.open(request);
    if (response.ok) return response;
    const text = await response.text();
    const problem = problemFrom(response.status, response.statusText, parseJson(text));
    if (!isTransient(response.status) && response.status !== locked) throw new ChappeProblem(problem);
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), Date.now());
    throw new Interrupted(new ChappeProblem(problem), retryAfterMs);
  } catch (error) {
    if (error instanceof ChappeProblem || error instanceof Interrupted) throw error;
    if (error instanceof NothingSent) throw error.cause;
    throw new Interrupted(error);
  }
}
