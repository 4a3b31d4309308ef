import type { Evidence, InboxEvidence } from '../evidence/evidence.ts';

/** One inbox, found by what it holds. */
export interface InboxIndex {
  readonly correspondent: string;
  readonly items: readonly InboxEvidence[];
  /** The first number under which a message stands, notices apart. */
  readonly numberOf: ReadonlyMap<string, number>;
  /** Where messages stand of which a person has said something. */
  readonly receiptOf: ReadonlyMap<string, NonNullable<InboxEvidence['receipt']>>;
  /** Notices by the message that they speak of. */
  readonly notices: ReadonlyMap<string, readonly InboxEvidence[]>;
}

/** Makes the indexes of all inboxes. */
export function indexInboxes(evidence: Evidence): ReadonlyMap<string, InboxIndex> {
  return new Map(
    [...evidence.inboxes].map(([correspondent, items]) => {
      const numberOf = new Map<string, number>();
      const receiptOf = new Map<string, NonNullable<InboxEvidence['receipt']>>();
      const notices = new Map<string, InboxEvidence[]>();
      for (const item of items) {
        if (item.notice !== undefined) {
          const about = notices.get(item.notice.messageId);
          if (about === undefined) notices.set(item.notice.messageId, [item]);
          else about.push(item);
        } else if (item.role !== 'NOTICE' && !numberOf.has(item.messageId)) {
          numberOf.set(item.messageId, item.number);
          if (item.receipt !== undefined) receiptOf.set(item.messageId, item.receipt);
        }
      }
      return [correspondent, { correspondent, items, numberOf, receiptOf, notices }];
    }),
  );
}
