import { isRecord, type ProblemDetails, problemFrom, UnexpectedAnswer } from './problem.ts';
import { isReceiptState, type ReceiptState } from './read-model.ts';
import { answeredObject, type Transport } from './transport.ts';

/** What a person says about a message of the inbox. */
export type ReceiptRequest = {
  /** SYSTEM unless it came by another way and is only written down here. */
  readonly channel?: 'SYSTEM' | 'PHONE' | 'PAPER';
  /** By PHONE or PAPER: the function of whoever gave it. */
  readonly givenBy?: string;
} & (
  | { readonly type: 'READ' | 'TAKEN_IN_CHARGE' | 'COMPLIED'; readonly reason?: string }
  | { readonly type: 'REJECTED'; readonly reason: string }
  /** To a colleague (`person:<id>`), another correspondent, or the own one: anybody's again. */
  | { readonly type: 'TRANSFERRED'; readonly transferredTo: string; readonly reason?: string }
);

/** One of many. */
export type MessageReceipt = ReceiptRequest & { readonly messageId: string };

/** What became of one of many. */
export type ReceiptResult =
  | { readonly messageId: string; readonly outcome: 'acknowledged'; readonly receipt: ReceiptState }
  | { readonly messageId: string; readonly outcome: 'refused'; readonly problem: ProblemDetails };

/** As many as the server takes at once. */
const bulkSize = 200;

/**
 * Acknowledges one message. Safe to repeat, so it is repeated like a read until it is answered; a refusal
 * (somebody else has it in charge, it is closed) is thrown as ChappeProblem and changes nothing.
 */
export async function acknowledge(
  transport: Transport,
  messageId: string,
  receipt: ReceiptRequest,
): Promise<ReceiptState> {
  const path = `/v1/inbox/${encodeURIComponent(messageId)}/receipts`;
  const body = await transport.read({ method: 'POST', path, body: receipt });
  if (!isReceiptState(body)) throw new UnexpectedAnswer(`the answer of ${path} is not a receipt`);
  return body;
}

/** Acknowledges many, a request per 200; one result per item, in their order. */
export async function acknowledgeMany(
  transport: Transport,
  receipts: readonly MessageReceipt[],
): Promise<readonly ReceiptResult[]> {
  const results: ReceiptResult[] = [];
  for (let from = 0; from < receipts.length; from += bulkSize) {
    const part = receipts.slice(from, from + bulkSize);
    const body = await transport.read({ method: 'POST', path: '/v1/inbox/receipts', body: { items: part } });
    const { items } = answeredObject(body);
    if (!Array.isArray(items) || items.length !== part.length) {
      throw new UnexpectedAnswer('the answer has not one entry per receipt');
    }
    part.forEach(({ messageId }, index) => {
      results.push(resultOf(messageId, items[index]));
    });
  }
  return results;
}

function resultOf(messageId: string, item: unknown): ReceiptResult {
  if (!isRecord(item)) throw new UnexpectedAnswer('an entry of the answer is not an object');
  if (isReceiptState(item.receipt)) return { messageId, outcome: 'acknowledged', receipt: item.receipt };
  const status = typeof item.status === 'number' ? item.status : 500;
  return { messageId, outcome: 'refused', problem: problemFrom(status, '', item.problem) };
}
