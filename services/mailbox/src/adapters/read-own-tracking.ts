import type { Subject } from '@chappe/policy';
import { decidedCopy, type SentItem, showSent } from '../domain/sent-status.ts';
import { type TrackingJson, trackMessage } from '../domain/track-message.ts';
import { isId } from './http-answers.ts';
import type { SentReader } from './postgres-sent.ts';
import type { ReadTracking } from './postgres-tracking.ts';

/** What happened to one message of the subject's correspondent; null when there is none that it may see. */
export type ReadOwnTracking = (
  subject: Subject,
  messageId: string,
) => Promise<{ readonly threadId: string; readonly tracking: TrackingJson } | null>;

/** Joins the copy that was decided on, the right to see it, and what is known of its deliveries. */
export function createOwnTrackingReader(ports: {
  readonly sent: Pick<SentReader, 'copies'>;
  readonly readTracking: ReadTracking;
  /** Whether a correspondent belongs to the network, as the directory has it now. */
  isInside(correspondent: string): boolean;
  nowMs(): number;
}): ReadOwnTracking {
  return async (subject, messageId) => {
    const item = isId(messageId)
      ? decidedCopy(await ports.sent.copies(subject.correspondent, messageId))
      : null;
    if (item === null || !isVisible(item, subject)) return null;
    const tracking = await ports.readTracking(item, ports.isInside(subject.correspondent));
    return { threadId: item.threadId, tracking: trackMessage(tracking, ports.nowMs()) };
  };

  function isVisible(item: SentItem, subject: Subject): boolean {
    return showSent(item, subject, ports.nowMs()) !== null;
  }
}
