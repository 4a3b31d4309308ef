import type { IncomingHttpHeaders } from 'node:http';
import type { MessageRequest } from '@chappe/schemas';
import { isProblemCode, Problem, traceparentFor } from '@chappe/service-kit';

/** Asks the router who would get a message, as the caller itself: its token travels on. */
export type ExplainRouting = (
  request: MessageRequest,
  caller: Pick<IncomingHttpHeaders, 'authorization'> & IncomingHttpHeaders,
  traceId: string,
) => Promise<unknown>;

const longestAnswerMs = 3_000;

/** The router over HTTP; without its address a dry run is not available. */
export function createRoutingExplanation(routerUrl: string | undefined): ExplainRouting {
  return async (request, caller, traceId) => {
    if (routerUrl === undefined) throw unavailable('No router is configured.');
    const actingAs = caller['chappe-acting-as'];
    let response: Response;
    try {
      response = await fetch(new URL('/v1/routing/explain', routerUrl), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: caller.authorization ?? '',
          traceparent: traceparentFor(traceId),
          ...(typeof actingAs === 'string' ? { 'chappe-acting-as': actingAs } : {}),
        },
        body: JSON.stringify(request),
        redirect: 'error',
        signal: AbortSignal.timeout(longestAnswerMs),
      });
      const answer: unknown = await response.json();
      if (response.ok) return answer;
      throw problemOf(answer);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw unavailable('The router does not answer.', error);
    }
  };
}

/** The router's own refusal is the caller's; anything unclear is unavailability. */
function problemOf(answer: unknown): Problem {
  const type: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'type') : undefined;
  const code = typeof type === 'string' ? (type.split(':').at(-1) ?? '') : '';
  return isProblemCode(code) && code !== 'internal-error'
    ? new Problem(code)
    : unavailable('The router refused to explain.');
}

function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem('unavailable', { detail: `${detail} Nothing was written.`, retryAfterS: 5, cause });
}
