import type { ChappeClient, InboxItem } from '@chappe/client';

const pageSize = 500;

/** Every item of an inbox, in the order of its numbers. */
export async function readWholeInbox(client: ChappeClient): Promise<InboxItem[]> {
  const items: InboxItem[] = [];
  for (;;) {
    const after = items.at(-1)?.number ?? 0;
    const page = await client.inbox.list({ after, limit: pageSize });
    items.push(...page.items);
    if (page.items.length === 0 || page.next === undefined) return items;
  }
}
