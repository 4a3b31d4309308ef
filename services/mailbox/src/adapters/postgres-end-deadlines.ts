import type { Client } from '@chappe/postgres';
import { type GivenReceipt, isWithinCorrespondent } from '../domain/receipt-state.ts';
import { endedByReceipt } from '../domain/settle-deadline.ts';

/** A receipt that was just given, and about what. */
export interface EndingReceipt {
  readonly messageId: string;
  readonly kind: string;
  readonly receipt: Pick<GivenReceipt, 'type' | 'transferredTo'>;
}

/** Whether a hand-over left the correspondent; one within it, or back to all of it, leaves it owing. */
function isPassedOn(transferredTo: string | null, correspondent: string): boolean {
  return transferredTo !== null && transferredTo !== correspondent && !isWithinCorrespondent(transferredTo);
}

/** Receipts by which the duty desk takes an escalation upon itself, so that it goes no further along the rota. */
const takenUp: readonly GivenReceipt['type'][] = ['TAKEN_IN_CHARGE', 'REJECTED', 'COMPLIED'];

/** Ends, in the transaction of the receipts, what they fulfil. The caller holds the locks of their deliveries. */
export async function endDeadlines(
  client: Client,
  correspondent: string,
  given: readonly EndingReceipt[],
): Promise<void> {
  const ending = given.map(({ messageId, receipt: { type, transferredTo } }) => ({
    message_id: messageId,
    cause: type,
    kinds: endedByReceipt(type, isPassedOn(transferredTo, correspondent)),
  }));
  await client.query({
    name: 'deadline-end',
    text: `UPDATE deadline AS d SET ended_at = clock_timestamp(), ended_by = g.cause, next_at = NULL
           FROM jsonb_to_recordset($2::jsonb) AS g(message_id uuid, cause text, kinds text[])
           WHERE d.message_id = g.message_id AND d.correspondent = $1 AND d.kind = ANY (g.kinds)
             AND d.ended_at IS NULL`,
    values: [correspondent, JSON.stringify(ending)],
  });
  const escalations = given.filter(
    ({ kind, receipt }) => kind === 'SERVICE' && takenUp.includes(receipt.type),
  );
  if (escalations.length === 0) return;
  await client.query({
    name: 'deadline-taken-up',
    text: `UPDATE deadline AS d SET escalate_at = d.escalate_at[1:d.escalated], next_at = NULL
           FROM deadline_event AS e
           WHERE e.message_id = ANY ($2::uuid[]) AND e.recipient = $1 AND e.step = 'ESCALATION'
             AND d.deadline_id = e.deadline_id AND d.due_at = e.due_at AND d.ended_at IS NULL`,
    values: [correspondent, escalations.map((each) => each.messageId)],
  });
}
