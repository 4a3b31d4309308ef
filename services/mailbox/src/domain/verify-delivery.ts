import { entitle, isCovered } from '@chappe/policy';
import type { Correspondent, Delivery } from '@chappe/schemas';

/** What is to be done with a delivery before it may enter an inbox. */
export type DeliveryVerdict =
  | { readonly status: 'admissible' }
  /** It cannot be right: it becomes a dead letter with this code. */
  | { readonly status: 'refused'; readonly code: string }
  /** It says something that only a newer release understands. */
  | { readonly status: 'newer'; readonly code: string };

/**
 * Checks again, beside the router, that this correspondent may hold this variant, with the directory as
 * the decision names it. What only the router can know (that a rule or a dispatch chose it, that the
 * originator released it) is taken in the recipient's favour; everything else is judged afresh, and a
 * variant that still carries what is withheld from this recipient is refused.
 */
export function verifyDelivery(delivery: Delivery, recipient: Correspondent | undefined): DeliveryVerdict {
  const { role, message } = delivery;
  if (role === 'UNKNOWN' || delivery.kind === 'UNKNOWN') return { status: 'newer', code: 'UNKNOWN_SYMBOL' };
  if (role === 'NOTICE') {
    return message === null && delivery.notice !== null ? admissible : refused('MALFORMED_NOTICE');
  }
  if (message === null) return refused('NO_VARIANT');
  if (message.messageId !== delivery.messageId) return refused('FOREIGN_VARIANT');
  if (role === 'SENDER')
    return delivery.sender === delivery.correspondent ? admissible : refused('NOT_THE_SENDER');
  if (recipient === undefined) return refused('NOT_ENTITLED');
  const profile = {
    correspondent: recipient.code,
    type: recipient.type,
    ceiling: recipient.ceiling,
    suspended: recipient.suspended,
    origin: 'NAMED' as const,
    released: true,
  };
  const entitlement = entitle(profile, message, role);
  if (!entitlement.entitled) return refused('NOT_ENTITLED');
  const leaked = entitlement.withheld.some(({ path }) => !isCovered(path, message.withheld));
  return leaked ? refused('VARIANT_TOO_WIDE') : admissible;
}

const admissible: DeliveryVerdict = { status: 'admissible' };

function refused(code: string): DeliveryVerdict {
  return { status: 'refused', code };
}
