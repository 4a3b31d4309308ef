import { followStream, type StreamBlock, type StreamOptions } from './follow-stream.ts';
import { parseJson, UnexpectedAnswer } from './problem.ts';
import { isTracking, type Tracking } from './read-model.ts';
import type { Transport } from './transport.ts';

/**
 * Follows what happens to one sent message: at once how it stands, then its whole state each time something changed,
 * over connections that come and go. The same state is never yielded twice in a row; states that followed one another
 * faster than they could be sent come as their last, in which the receipts of all of them stand with their times.
 */
export function followTracking(
  transport: Transport,
  messageId: string,
  options: StreamOptions = {},
): AsyncGenerator<Tracking, void, undefined> {
  let last: string | undefined;

  async function* take(block: StreamBlock): AsyncGenerator<Tracking, void, undefined> {
    if (block.type !== 'event' || block.name !== 'tracking') return;
    const tracking = parseJson(block.data);
    if (!isTracking(tracking) || block.id === undefined) {
      throw new UnexpectedAnswer('an event does not tell what happened to a message');
    }
    if (block.id === last) return;
    last = block.id;
    yield tracking;
  }

  const path = `/v1/sent/${encodeURIComponent(messageId)}/tracking/stream`;
  return followStream(transport, { path, query: () => ({}), position: () => last, take }, options);
}
