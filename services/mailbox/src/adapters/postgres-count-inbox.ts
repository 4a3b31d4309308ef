import type { Queryable } from '@chappe/postgres';
import type { InboxFilter } from '../domain/inbox-filter.ts';
import type { InboxItem } from '../domain/inbox-item.ts';
import { narrow } from './postgres-narrow-inbox.ts';

/** Items that policy cannot tell apart, and how many they are. */
export interface CountedItems {
  readonly role: InboxItem['role'];
  readonly markings: InboxItem['markings'];
  readonly lane: string;
  readonly unread: boolean;
  readonly count: number;
}

/** Counts the newest items that a filter asks for, at most `most` of them. */
export type CountInbox = (
  correspondent: string,
  filter: InboxFilter,
  most: number,
) => Promise<readonly CountedItems[]>;

interface CountRow {
  readonly role: InboxItem['role'];
  readonly marking: InboxItem['markings'];
  readonly lane: string;
  readonly unread: boolean;
  readonly count: string;
}

/** Makes the counter of inboxes over a pool. Who may count what is decided by the caller, group by group. */
export function createInboxCounter(db: Queryable): CountInbox {
  return async (correspondent, filter, most) => {
    const narrowed = narrow(filter, {
      correspondentParameter: 1,
      firstParameter: 3,
      bound: (column) => `${column} > 0`,
    });
    const { rows } = await db.query<CountRow>({
      text: `SELECT n.role, n.marking, n.lane, n.unread, count(*) FROM (
               SELECT x.role, x.marking, x.lane, x.receipt_stage = 'DELIVERED' AS unread
               FROM inbox_item AS x ${narrowed.joins}
               WHERE x.correspondent = $1 AND x.number > 0 ${narrowed.conditions}
               ORDER BY x.number DESC LIMIT $2) AS n
             GROUP BY n.role, n.marking, n.lane, n.unread`,
      values: [correspondent, most, ...narrowed.values],
    });
    return rows.map(({ role, marking, lane, unread, count }) => ({
      ...{ role, markings: marking, lane, unread, count: Number(count) },
    }));
  };
}
