import { decide, type MessageMarkings, type Subject } from '@chappe/policy';
import { lanes } from '@chappe/schemas';

/** Items that policy cannot tell apart, and how many they are. */
interface CountedItems {
  readonly role: 'ACTION' | 'INFORMATION' | 'NOTICE';
  readonly markings: MessageMarkings;
  readonly lane: string;
  readonly unread: boolean;
  readonly count: number;
}

/** How much there is of what was asked for. */
export interface InboxCountsJson {
  readonly total: number;
  readonly unread: number;
  readonly lanes: readonly { readonly lane: string; readonly total: number; readonly unread: number }[];
  /** Set when only so many of the newest were counted and there are more. */
  readonly countedNewest?: number;
}

/**
 * Counts what this subject may see, and nothing that `decide` would refuse to show it: it judges each kind of item
 * once, as a list would judge each item.
 */
export function countInbox(
  counted: readonly CountedItems[],
  subject: Subject,
  options: { nowMs: number; most: number },
): InboxCountsJson {
  const { nowMs, most } = options;
  const visible = counted.filter(({ role, markings }) => {
    const resource = { kind: 'message' as const, relation: role, ...markings };
    return decide(subject, 'inbox.read', resource, { nowMs }).effect === 'allow';
  });
  const sum = (some: readonly CountedItems[]) => some.reduce((total, each) => total + each.count, 0);
  const unreadOf = (some: readonly CountedItems[]) => sum(some.filter((each) => each.unread));
  const byLane = lanes.flatMap((lane) => {
    const own = visible.filter((each) => each.lane === lane);
    return own.length === 0 ? [] : [{ lane, total: sum(own), unread: unreadOf(own) }];
  });
  return {
    total: sum(visible),
    unread: unreadOf(visible),
    lanes: byLane,
    ...(sum(counted) < most ? {} : { countedNewest: most }),
  };
}
