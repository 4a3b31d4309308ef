import type { MessageRequest } from '@chappe/schemas';
import { isRecord } from './problem.ts';

export type { MessageRequest } from '@chappe/schemas';

/**
 * Whether a value has the shape of a request: a kind and a body. What the fields may hold is for the
 * server to say, which names every fault with its place.
 */
export function isMessageRequest(value: unknown): value is MessageRequest {
  return isRecord(value) && typeof value.kind === 'string' && isRecord(value.body);
}
