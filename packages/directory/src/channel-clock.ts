import type { Accessibility, Channel, Urgency } from '@chappe/schemas';

const minuteMs = 60_000;

/**
 * When an answer over a channel is due. The limit runs from receipt. Until the addressee has said whether the
 * information is directly accessible, and for an urgency that this release does not know, the shortest limit
 * that may apply counts. Null when the channel sets none.
 */
export function dueAt(
  channel: Pick<Channel, 'deadlines'>,
  urgency: Urgency,
  receivedAtMs: number,
  accessibility: Accessibility | null = null,
): number | null {
  const stated = accessibility === 'UNKNOWN' ? null : accessibility;
  const minutes = channel.deadlines
    .filter((each) => urgency === 'UNKNOWN' || each.urgency === urgency)
    .filter((each) => stated === null || each.accessibility === null || each.accessibility === stated)
    .map((each) => each.minutes);
  return minutes.length === 0 ? null : receivedAtMs + Math.min(...minutes) * minuteMs;
}
