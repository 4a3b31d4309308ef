import type { Subject } from '@chappe/policy';
import type { AttachmentJson } from '@chappe/schemas';
import { decidedCopy, showSent } from '../domain/sent-status.ts';
import { showItem } from '../domain/show-item.ts';
import { isId } from './http-answers.ts';
import type { InboxReader } from './postgres-inbox.ts';
import type { SentReader } from './postgres-sent.ts';

/** Finds an attachment in a message as this reader is shown it now, received or sent; null for whatever reason. */
export type FindAttachment = (
  subject: Subject,
  messageId: string,
  sha256: string,
) => Promise<AttachmentJson | null>;

/**
 * Makes the finder. It looks at what reading the message itself answers, so that there is no second judgement that
 * could differ: a withheld, withdrawn or recalled message shows no attachment, and then there is none.
 */
export function createAttachmentFinder(ports: {
  readonly inbox: Pick<InboxReader, 'find'>;
  readonly sent: Pick<SentReader, 'copies'>;
  nowMs(): number;
}): FindAttachment {
  return async (subject, messageId, sha256) => {
    if (!isId(messageId)) return null;
    const { correspondent } = subject;
    const [item, copies] = await Promise.all([
      ports.inbox.find(correspondent, messageId),
      ports.sent.copies(correspondent, messageId),
    ]);
    const nowMs = ports.nowMs();
    const own = decidedCopy(copies);
    const shown = [
      item === null ? null : showItem(item, subject, nowMs),
      own === null ? null : showSent(own, subject, nowMs),
    ];
    const attachments = shown.flatMap((each) => each?.message?.attachments ?? []);
    return attachments.find((each) => each.sha256 === sha256) ?? null;
  };
}
