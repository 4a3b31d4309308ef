import type { MailboxOverrides } from '@chappe/mailbox';

/** What a mailbox throws at a record that it will never be able to apply; the sink knows it by this name. */
class UnappliableReply extends Error {
  override readonly name = 'PoisonRecord';
  readonly code = 'PLANTED_REPLY';
}

/** A release whose mailbox cannot take answers: each becomes a dead letter, until another release replays it. */
export const refuseReplies: NonNullable<MailboxOverrides['wrapApplySlice']> =
  (applySlice) => async (slice) => {
    if (slice.plan.inbox.some(({ delivery }) => delivery.kind === 'REPLY')) {
      throw new UnappliableReply('this release cannot apply answers');
    }
    return await applySlice(slice);
  };
