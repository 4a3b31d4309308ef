import type { Message } from '@chappe/schemas';
import type { ReceiptStage } from './receipt-state.ts';

/** An item of a suspended correspondent, as far as it tells without its content whether somebody has to take it over. */
export interface PendingItem {
  readonly role: string;
  readonly kind: string;
  readonly status: string;
  readonly stage: ReceiptStage;
  readonly recalled: boolean;
  readonly withdrawn: boolean;
}

/** The same with its content and what became of its thread. */
export interface JudgedItem extends PendingItem {
  readonly message: Message | null;
  /** Whether somebody acted on what came with it: of a dispatch, on the instruction or on what it passes on. */
  readonly companionActedOn: boolean;
  /** Whether its holder answered it without giving a receipt. */
  readonly answered: boolean;
  /** Whether its thread was closed after it came. */
  readonly closed: boolean;
}

/** Why something stays with a suspended correspondent. */
export type KeptBecause = 'ACTED_ON' | 'RECALLED' | 'EXPIRED' | 'ANSWERED' | 'CLOSED' | 'NO_MATTER';

/** Whether a reroute is to be ordered, and about which message. */
export type PendingVerdict =
  | { readonly reroute: true; readonly aboutId: string }
  | { readonly reroute: false; readonly because: KeptBecause };

/**
 * Whether an item is for action and nobody has acted on it: who has only read it has not. A recall binds whoever holds
 * the message, so nobody complies with it in another's place; tests are nobody's business.
 */
export function isPending({ role, kind, status, stage, recalled, withdrawn }: PendingItem): boolean {
  const untouched = stage === 'DELIVERED' || stage === 'READ';
  const real = status === 'ACTUAL' || status === 'EXERCISE';
  return role === 'ACTION' && real && untouched && !recalled && !withdrawn && kind !== 'CANCELLATION';
}

/**
 * Whether an item is to be taken over at this moment. Of service messages only the order to stand in for somebody else
 * is a matter of its own: then it is about the message that this one had to be taken care of.
 */
export function judgePending(item: JudgedItem, nowMs: number): PendingVerdict {
  const { message } = item;
  if (item.recalled || item.withdrawn) return kept('RECALLED');
  if (!isPending(item) || item.companionActedOn) return kept('ACTED_ON');
  if (message === null) return kept('NO_MATTER');
  if (message.expiresAt !== null && message.expiresAt <= nowMs) return kept('EXPIRED');
  if (item.answered) return kept('ANSWERED');
  if (item.closed) return kept('CLOSED');
  if (message.kind !== 'SERVICE') return { reroute: true, aboutId: message.messageId };
  const about = message.service?.code === 'REROUTE' ? message.service.about : null;
  return about === null ? kept('NO_MATTER') : { reroute: true, aboutId: about.messageId };
}

/** Kinds that change what their thread holds already: without it they say little to whoever gets them. */
export function followsUp(kind: string): boolean {
  return kind === 'CORRECTION' || kind === 'SUPPLEMENT' || kind === 'SERVICE';
}

function kept(because: KeptBecause): PendingVerdict {
  return { reroute: false, because };
}
