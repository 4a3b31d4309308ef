import { type Action, decide, renderVariant, type Subject } from '@chappe/policy';
import type { Message } from '@chappe/schemas';
import { type InboxItem, type InboxItemJson, itemToJson } from './inbox-item.ts';
import { showDue } from './show-deadlines.ts';

/**
 * The item as this subject may see it now, or `null`: an item that may not be shown is skipped in
 * silence, its number being the one accepted sign of existence. A withdrawn item is judged by the
 * markings that it had.
 */
export function showItem(
  item: InboxItem,
  subject: Subject,
  nowMs: number,
  action: Extract<Action, 'inbox.read' | 'thread.read'> = 'inbox.read',
): InboxItemJson | null {
  if (subject.correspondent !== item.correspondent) return null;
  const resource = { kind: 'message' as const, relation: item.role, ...item.markings };
  const decision = decide(subject, action, resource, { nowMs });
  if (decision.effect === 'deny') return null;
  const message = item.message === null ? null : withholdMore(item.message, decision.withheld);
  return { ...itemToJson(item, message, subject.id), ...showDue(item.dueAtMs, nowMs) };
}

/** Renders a variant only where something more is withheld than already is. */
export function withholdMore(message: Message, withheld: readonly string[]): Message {
  if (withheld.every((path) => message.withheld.includes(path))) return message;
  return renderVariant(message, [...new Set([...message.withheld, ...withheld])].sort());
}
