import type { DeliveryQuery, InboxFilterQuery, InboxQuery } from '../../read-api.ts';
import { code } from '../build-message.ts';
import { parseTime } from '../parse-time.ts';
import { UsageError } from '../usage-error.ts';

/** The options that narrow an inbox. */
export interface InboxFilterOptions {
  readonly action?: boolean;
  readonly lane?: string;
  readonly kind?: string;
  readonly from?: string;
  readonly country?: string;
  readonly crimeArea?: string;
  readonly thread?: string;
  readonly unread?: boolean;
  readonly mine?: boolean;
  readonly unassigned?: boolean;
  readonly due?: string;
}

/** What the options say of a delivery itself: also what comes live is narrowed by it. */
export function deliveryFilter(options: InboxFilterOptions): DeliveryQuery {
  const { action, lane, kind, from, country, crimeArea, thread } = options;
  return {
    ...(action === true ? { action: true as const } : {}),
    ...(lane === undefined ? {} : { lane }),
    ...(kind === undefined ? {} : { kind: code(kind) }),
    ...(from === undefined ? {} : { sender: from }),
    ...(country === undefined ? {} : { country: country.toUpperCase() }),
    ...(crimeArea === undefined ? {} : { crimeArea: code(crimeArea) }),
    ...(thread === undefined ? {} : { threadId: thread }),
  };
}

/** The same, and what has become of it since. */
export function listFilter(options: InboxFilterOptions, nowMs: number): InboxFilterQuery {
  const { unread, mine, unassigned, due } = options;
  if (mine === true && unassigned === true) {
    throw new UsageError({
      en: '--mine and --unassigned exclude each other',
      fr: "--mine et --unassigned s'excluent",
    });
  }
  return {
    ...deliveryFilter(options),
    ...(unread === true ? { unread } : {}),
    ...(mine === true ? { assignee: 'me' } : {}),
    ...(unassigned === true ? { assignee: 'nobody' } : {}),
    ...(due === undefined ? {} : { dueBefore: parseTime(due, nowMs) }),
  };
}

/** What is new has been touched by nobody yet: these narrow the list alone. */
export function refuseListOnly({ unread, mine, unassigned, due }: InboxFilterOptions): void {
  if (unread === undefined && mine === undefined && unassigned === undefined && due === undefined) return;
  throw new UsageError({
    en: '--unread, --mine, --unassigned and --due narrow the list, not what comes with --follow',
    fr: '--unread, --mine, --unassigned et --due réduisent la liste, non ce que suit --follow',
  });
}

const orders = { oldest: 'ascending', newest: 'descending', urgent: 'urgency' } as const;

/** The order of the list, as people say it. */
export function listOrder(order: keyof typeof orders | undefined): Pick<InboxQuery, 'order'> {
  return order === undefined ? {} : { order: orders[order] };
}
