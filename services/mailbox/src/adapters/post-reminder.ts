import { type ClientCredentials, clientCredentials, createClient, type MessageRequest } from '@chappe/client';
import type { RunErrand } from './run-errands.ts';

/** Refusals of the request itself: the same would be refused again. */
const finalStatuses: ReadonlySet<number> = new Set([400, 409, 413, 415, 422]);

/**
 * Posts a service message to ingest as the mailbox's own client. An errand keeps its submission id, so that one that
 * was posted and not noted down is accepted again under the same message id, and exists once.
 */
export function createReminderPoster(options: {
  ingestUrl: string;
  credentials: Omit<ClientCredentials, 'timeoutMs'>;
  correspondent: string;
  timeoutMs: number;
}): RunErrand {
  const client = createClient({
    url: options.ingestUrl,
    token: clientCredentials({ ...options.credentials, timeoutMs: options.timeoutMs }),
    actingAs: options.correspondent,
    timeoutMs: options.timeoutMs,
    retry: { maxAttempts: 1 },
  });
  return async (payload) => {
    if (!isServiceRequest(payload)) return { status: 'failed', code: 'not-a-request' };
    const result = await client.publish(payload);
    if (result.outcome === 'accepted') return { status: 'done' };
    const { problem } = result;
    const final = result.outcome === 'refused' && finalStatuses.has(problem?.status ?? 0);
    return { status: final ? 'failed' : 'again', code: problem?.type ?? 'unanswered' };
  };
}

/** What this service wrote itself; what its fields may hold is for ingest to say. */
function isServiceRequest(value: unknown): value is MessageRequest {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'kind') === 'SERVICE';
}
