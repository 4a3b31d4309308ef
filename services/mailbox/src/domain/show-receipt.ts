import type { GivenReceipt, ReceiptChannel, ReceiptStage, ReceiptState } from './receipt-state.ts';

/** Where a delivery stands, as the correspondent that holds it sees it. */
export interface ReceiptStateJson {
  readonly unread: boolean;
  readonly receiptState: ReceiptStage;
  /** Rises with each receipt; of two answers the one with the higher version is the newer. */
  readonly receiptVersion: number;
  /** `person:<id>`, or the correspondent to which it was handed over. */
  readonly assignee?: string;
  /** By function, never by name; `mine` tells the reader whether it is itself. */
  readonly takenInChargeBy?: { readonly position: string; readonly since: string; readonly mine: boolean };
}

/** One receipt, without who gave it but for the function. */
export interface GivenReceiptJson {
  readonly version: number;
  readonly type: string;
  readonly at: string;
  readonly position: string;
  readonly channel: ReceiptChannel;
  readonly reason?: string;
  readonly transferredTo?: string;
}

/** A state for one reader of the same correspondent. */
export function showReceiptState(state: ReceiptState, readerId: string): ReceiptStateJson {
  const { taken } = state;
  return {
    unread: state.stage === 'DELIVERED',
    receiptState: state.stage,
    receiptVersion: state.version,
    ...(state.assignee === null ? {} : { assignee: state.assignee }),
    ...(taken === null
      ? {}
      : {
          takenInChargeBy: {
            position: taken.position,
            since: new Date(taken.atMs).toISOString(),
            mine: taken.person === readerId,
          },
        }),
  };
}

/** A receipt as it is listed, oldest first. */
export function showGivenReceipt(receipt: GivenReceipt): GivenReceiptJson {
  return {
    version: receipt.version,
    type: receipt.type,
    at: new Date(receipt.atMs).toISOString(),
    position: receipt.position,
    channel: receipt.channel,
    ...(receipt.reason === null ? {} : { reason: receipt.reason }),
    ...(receipt.transferredTo === null ? {} : { transferredTo: receipt.transferredTo }),
  };
}

/** The state in a sentence, for a refusal: by function and moment, never by name. */
export function tellReceiptState(state: ReceiptState): string {
  const since = state.taken === null ? '' : ` since ${new Date(state.taken.atMs).toISOString()}`;
  const holder = state.taken === null ? '' : ` in charge of ${state.taken.position}${since}`;
  if (state.stage === 'TAKEN_IN_CHARGE') return `It is${holder}.`;
  if (state.stage === 'TRANSFERRED') {
    return state.assignee === null
      ? 'It was handed back to all.'
      : `It was handed over to ${state.assignee}.`;
  }
  return `Its state is ${state.stage}${holder === '' ? '' : `, it was${holder}`}.`;
}
