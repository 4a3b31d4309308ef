import type { Subject } from '@chappe/policy';
import type { InboxItem, InboxItemJson } from './inbox-item.ts';
import { type SentItem, type SentStatusJson, showSent } from './sent-status.ts';
import { showItem } from './show-item.ts';

/** One entry of a thread: received, with its number, or sent. */
export type ThreadEntryJson =
  | ({ readonly direction: 'received' } & InboxItemJson)
  | ({ readonly direction: 'sent' } & SentStatusJson);

/** What this subject's correspondent received and sent in one thread, in the order of time. */
export function showThread(
  received: readonly InboxItem[],
  sent: readonly SentItem[],
  subject: Subject,
  nowMs: number,
): readonly ThreadEntryJson[] {
  const entries: { atMs: number; json: ThreadEntryJson }[] = [];
  for (const item of received) {
    const json = showItem(item, subject, nowMs, 'thread.read');
    if (json !== null) entries.push({ atMs: item.deliveredAtMs, json: { direction: 'received', ...json } });
  }
  for (const item of sent) {
    const json = showSent(item, subject, nowMs);
    if (json !== null) entries.push({ atMs: item.decidedAtMs, json: { direction: 'sent', ...json } });
  }
  return entries.sort((a, b) => a.atMs - b.atMs).map((entry) => entry.json);
}
