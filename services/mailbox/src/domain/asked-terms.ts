import { dueAt } from '@chappe/directory';
import type { Channel, Message, Urgency } from '@chappe/schemas';

/** By when something was asked: a date that somebody set, a clock that runs from receipt, or both. */
export interface AskedTerms {
  /** Milliseconds since the epoch. */
  readonly dateMs: number | null;
  /** The channel whose clock binds the answer. */
  readonly channel: string | null;
  readonly urgency: Urgency;
  /** What that clock gives from receipt, by the directory of then; null where it says nothing. */
  readonly withinMs: number | null;
}

/** The channels of a directory, by code. */
export type Channels = ReadonlyMap<string, Channel>;

/** What an information request asks; null for anything else. */
export function askedByRequest(
  { informationRequest, replyBy, urgency }: Pick<Message, 'informationRequest' | 'replyBy' | 'urgency'>,
  channels: Channels,
): AskedTerms | null {
  if (informationRequest === null) return null;
  const { channel } = informationRequest;
  return { dateMs: replyBy, channel, urgency, withinMs: clockOf(channel, urgency, channels) };
}

/** What a dispatch asks; null where it sets no date. */
export function askedByDispatch({
  dispatch,
  urgency,
}: Pick<Message, 'dispatch' | 'urgency'>): AskedTerms | null {
  const dateMs = dispatch?.deadline ?? null;
  return dateMs === null ? null : { dateMs, channel: null, urgency, withinMs: null };
}

/** How long a channel gives, in milliseconds (Directive (EU) 2023/977, article 5, where the channel follows it). */
export function clockOf(channel: string | null, urgency: Urgency, channels: Channels): number | null {
  const found = channel === null ? undefined : channels.get(channel);
  return found === undefined ? null : dueAt(found, urgency, 0);
}

/** The earlier of a date and of what a clock says. */
export function earlierOf(dateMs: number | null, clockAtMs: number | null): number | null {
  if (dateMs === null || clockAtMs === null) return dateMs ?? clockAtMs;
  return Math.min(dateMs, clockAtMs);
}
