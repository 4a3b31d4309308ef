import {
  assigneeCode,
  type GivenReceipt,
  isClosed,
  isWithinCorrespondent,
  type PersonReceiptType,
  positionCode,
  type ReceiptChannel,
  type ReceiptState,
  stateOf,
  withReceipt,
} from './receipt-state.ts';

/** What a person does about a delivery. */
export interface ReceiptAct {
  readonly type: PersonReceiptType;
  readonly person: string;
  readonly position: string;
  /** Every function in which that person acts for the correspondent. */
  readonly positions: readonly string[];
  /** A desk head or a releaser, who may hand over what a colleague holds. */
  readonly heads: boolean;
  readonly channel: ReceiptChannel;
  readonly reason: string | null;
  readonly transferredTo: string | null;
  readonly atMs: number;
}

/** What of a delivery decides which receipts fit it. */
export interface AcknowledgedDelivery {
  readonly correspondent: string;
  readonly role: 'ACTION' | 'INFORMATION' | 'NOTICE';
  readonly kind: string;
  readonly noticeCode: string | null;
}

/** Why a receipt is refused; each code is the last part of a problem type. */
export type ReceiptRefusal =
  | 'receipt-taken'
  | 'receipt-assigned'
  | 'receipt-closed'
  | 'receipt-not-applicable';

/** What became of an act. */
export type ReceiptOutcome =
  | { readonly status: 'given'; readonly state: ReceiptState; readonly receipt: GivenReceipt }
  /** It was given before, or says no more than is known: nothing changes. */
  | { readonly status: 'repeated'; readonly state: ReceiptState }
  | { readonly status: 'refused'; readonly state: ReceiptState; readonly code: ReceiptRefusal };

/**
 * Judges one act by a person against what was given before. Pure: the caller holds the lock of the delivery,
 * so that of two people who take charge at the same moment the second finds the first in `history`.
 *
 * - READ adds something only to what nobody has touched.
 * - TAKEN_IN_CHARGE is one person's at a time, until that person, or a head, hands it over.
 * - TRANSFERRED names a colleague (`person:<id>`), a function (`position:<function>`), another correspondent, or the
 *   own one: anybody's again. What was handed to somebody is that colleague's to take, what was handed to a function
 *   any one's of its holders; what went to another correspondent can be fetched back by handing it over again.
 * - REJECTED and COMPLIED close the matter, by whoever may dispose of it. Nothing follows them.
 *
 * A repetition of what the same person gave before is never an error, however late it arrives.
 */
export function giveReceipt(
  history: readonly GivenReceipt[],
  delivery: AcknowledgedDelivery,
  act: ReceiptAct,
): ReceiptOutcome {
  const state = stateOf(history, delivery.correspondent);
  const refusal = refusalOf(state, delivery, act);
  if (refusal === 'nothing-new') return { status: 'repeated', state };
  if (refusal !== null) {
    const repeated = history.some((given) => isSameAct(given, act));
    return repeated ? { status: 'repeated', state } : { status: 'refused', state, code: refusal };
  }
  const receipt: GivenReceipt = {
    version: state.version + 1,
    type: act.type,
    person: act.person,
    position: act.position,
    channel: act.channel,
    reason: act.reason,
    transferredTo: act.transferredTo,
    atMs: act.atMs,
  };
  return { status: 'given', state: withReceipt(state, receipt, delivery.correspondent), receipt };
}

/** Whether a delivery asks its holder to stop using something, with content or as a bare notice. */
export function isRecall(delivery: Pick<AcknowledgedDelivery, 'kind' | 'role' | 'noticeCode'>): boolean {
  return delivery.role === 'NOTICE' ? delivery.noticeCode === 'cancelled' : delivery.kind === 'CANCELLATION';
}

function refusalOf(
  state: ReceiptState,
  delivery: AcknowledgedDelivery,
  act: ReceiptAct,
): ReceiptRefusal | 'nothing-new' | null {
  if (!applies(delivery, act.type)) return 'receipt-not-applicable';
  if (act.type === 'READ') return state.stage === 'DELIVERED' ? null : 'nothing-new';
  if (isClosed(state)) return state.stage === act.type ? 'nothing-new' : 'receipt-closed';
  if (act.type === 'TAKEN_IN_CHARGE') return refusalToTake(state, act);
  if (act.type === 'TRANSFERRED') return refusalToTransfer(state, delivery, act);
  return mayDispose(state, delivery, act) ? null : heldByAnother(state);
}

/** A recall is obeyed, not rejected; any other notice can only be read. */
function applies(delivery: AcknowledgedDelivery, type: PersonReceiptType): boolean {
  if (isRecall(delivery)) return type !== 'REJECTED';
  return delivery.role !== 'NOTICE' || type === 'READ';
}

function refusalToTake(state: ReceiptState, act: ReceiptAct): ReceiptRefusal | 'nothing-new' | null {
  if (state.taken !== null) return state.taken.person === act.person ? 'nothing-new' : 'receipt-taken';
  return state.assignee === null || isAssignee(state, act) ? null : 'receipt-assigned';
}

function refusalToTransfer(
  state: ReceiptState,
  { correspondent, ...delivery }: AcknowledgedDelivery,
  act: ReceiptAct,
): ReceiptRefusal | 'nothing-new' | null {
  if (act.transferredTo === state.assignee) return 'nothing-new';
  if (act.transferredTo === correspondent && state.assignee === null) {
    return state.stage === 'TRANSFERRED' ? 'nothing-new' : 'receipt-not-applicable';
  }
  return mayDispose(state, { correspondent, ...delivery }, act) ? null : heldByAnother(state);
}

function mayDispose(state: ReceiptState, delivery: AcknowledgedDelivery, act: ReceiptAct): boolean {
  const withColleague = state.assignee !== null && isWithinCorrespondent(state.assignee);
  // A recall binds the correspondent, whoever of it was given the matter.
  const recallObeyed = act.type === 'COMPLIED' && isRecall(delivery) && state.taken === null;
  return !withColleague || isAssignee(state, act) || act.heads || recallObeyed;
}

function heldByAnother(state: ReceiptState): ReceiptRefusal {
  return state.taken === null ? 'receipt-assigned' : 'receipt-taken';
}

function isAssignee(state: ReceiptState, act: ReceiptAct): boolean {
  const { assignee } = state;
  return (
    assignee === assigneeCode(act.person) || act.positions.some((each) => assignee === positionCode(each))
  );
}

function isSameAct(given: GivenReceipt, act: ReceiptAct): boolean {
  return given.type === act.type && given.person === act.person && given.transferredTo === act.transferredTo;
}
