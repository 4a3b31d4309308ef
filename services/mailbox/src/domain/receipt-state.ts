/** What a person can say about a delivery. */
export type PersonReceiptType = 'READ' | 'TAKEN_IN_CHARGE' | 'TRANSFERRED' | 'REJECTED' | 'COMPLIED';

/** How far a delivery has come; DELIVERED is the machine's word, the others a person's. */
export type ReceiptStage = 'DELIVERED' | PersonReceiptType;

/** By which way a receipt reached the system. */
export type ReceiptChannel = 'SYSTEM' | 'PHONE' | 'PAPER';

/** One receipt that a person gave, as it is kept. */
export interface GivenReceipt {
  /** Rises by one per delivery; the machine's DELIVERED is the first. */
  readonly version: number;
  readonly type: PersonReceiptType;
  /** Opaque id of whoever gave it or, by PHONE and PAPER, of whoever wrote it down. */
  readonly person: string;
  /** The function of whoever gave it. */
  readonly position: string;
  readonly channel: ReceiptChannel;
  readonly reason: string | null;
  readonly transferredTo: string | null;
  readonly atMs: number;
}

/** Where a delivery stands: what its receipts, taken in their order, amount to. */
export interface ReceiptState {
  readonly stage: ReceiptStage;
  readonly version: number;
  /**
   * `person:<id>`, `position:<function>`, or another correspondent to which it was handed over; `null` while it is
   * everybody's.
   */
  readonly assignee: string | null;
  /** Who has it in charge; stays when the matter is closed. */
  readonly taken: { readonly person: string; readonly position: string; readonly atMs: number } | null;
}

/** A delivery that no person has touched. */
export const untouched: ReceiptState = { stage: 'DELIVERED', version: 1, assignee: null, taken: null };

const ranks: Readonly<Record<ReceiptStage, number>> = {
  DELIVERED: 0,
  READ: 1,
  TRANSFERRED: 2,
  TAKEN_IN_CHARGE: 2,
  REJECTED: 3,
  COMPLIED: 3,
};

/**
 * The rank of a stage. It never falls (I7): who has a matter in charge may change while it is open, by a
 * hand-over that is itself a receipt; what is closed stays as it was closed.
 */
export function rankOf(stage: ReceiptStage): number {
  return ranks[stage];
}

/** Whether nothing can follow any more. */
export function isClosed(state: ReceiptState): boolean {
  return state.stage === 'REJECTED' || state.stage === 'COMPLIED';
}

/** How a person stands in an assignment. */
export function assigneeCode(person: string): string {
  return `person:${person}`;
}

/**
 * How a function stands in an assignment, for whoever holds it: written without accents, spaces and capitals, so that
 * it is one word on every keyboard. Functions that differ in nothing else are one assignee.
 */
export function positionCode(position: string): string {
  const plain = position
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '');
  // In another script there is nothing left of the name but which letters it has.
  const letters = [...plain].map((letter) => letter.codePointAt(0)?.toString(16) ?? '');
  const words = plain.toLowerCase().match(/[a-z0-9]+/g) ?? (letters.length === 0 ? ['unnamed'] : letters);
  return `position:${words.join('-').slice(0, mostPositionLetters)}`;
}

/** Of the 64 characters of an assignee. */
const mostPositionLetters = 55;

/** Whether an assignee is a colleague or a function of the same correspondent, rather than another correspondent. */
export function isWithinCorrespondent(assignee: string): boolean {
  return assignee.startsWith('person:') || assignee.startsWith('position:');
}

/** The state after one more receipt, of which `giveReceipt` has judged that it may follow. */
export function withReceipt(state: ReceiptState, receipt: GivenReceipt, correspondent: string): ReceiptState {
  const next = { ...state, version: receipt.version, stage: receipt.type };
  switch (receipt.type) {
    case 'TAKEN_IN_CHARGE': {
      const { person, position, atMs } = receipt;
      return { ...next, assignee: assigneeCode(person), taken: { person, position, atMs } };
    }
    case 'TRANSFERRED': {
      const { transferredTo } = receipt;
      return { ...next, assignee: transferredTo === correspondent ? null : transferredTo, taken: null };
    }
    default:
      return next;
  }
}

/** The state that a history amounts to; older versions than the one reached change nothing. */
export function stateOf(history: readonly GivenReceipt[], correspondent: string): ReceiptState {
  return history.reduce<ReceiptState>(
    (state, receipt) =>
      receipt.version > state.version ? withReceipt(state, receipt, correspondent) : state,
    untouched,
  );
}
