import type { ChappeClient, InboxItem } from '@chappe/client';
import { readWholeInbox } from './read-whole-inbox.ts';

/** What is wrong with the deliveries, in words that name the message; none when the invariants hold. */
export interface DeliveryFindings {
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly gaps: readonly string[];
  readonly notArchived: readonly string[];
}

/** Which of the acknowledged messages an inbox lacks, or holds twice; and whether its numbers have gaps. */
export function findInInbox(
  acknowledged: Iterable<string>,
  items: readonly InboxItem[],
): Pick<DeliveryFindings, 'lost' | 'doubled' | 'gaps'> {
  const times = new Map<string, number>();
  for (const item of items) times.set(item.messageId, (times.get(item.messageId) ?? 0) + 1);
  const gaps = items.flatMap((item, index) =>
    item.number === index + 1 ? [] : [`number ${item.number} stands where ${index + 1} is due`],
  );
  return {
    lost: [...acknowledged].filter((messageId) => !times.has(messageId)),
    doubled: [...times].filter(([, count]) => count > 1).map(([messageId]) => messageId),
    gaps: gaps.slice(0, 3),
  };
}

/** I1 and I2 for one recipient, from what its own client and the archive's say. */
export async function checkDelivery(
  acknowledged: ReadonlySet<string>,
  recipient: ChappeClient,
): Promise<DeliveryFindings> {
  const inbox = findInInbox(acknowledged, await readWholeInbox(recipient));
  const archived = await readWholeArchive(recipient);
  return { ...inbox, notArchived: [...acknowledged].filter((messageId) => !archived.has(messageId)) };
}

async function readWholeArchive(client: ChappeClient): Promise<Set<string>> {
  const found = new Set<string>();
  for (let cursor: string | undefined; ; ) {
    const page = await client.archive.search({
      reason: 'whole-system test: every acknowledged lead must be archived',
      limit: 100,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const item of page.items) found.add(item.messageId);
    if (page.next === undefined) return found;
    cursor = page.next;
  }
}
