import type { Subject } from '@chappe/policy';
import type { MessageDraft } from '@chappe/schemas';
import { type Finding, invalid, missing } from './finding.ts';

/** Whether a draft orders that what a suspended correspondent holds go to whoever stands in for it. */
export function ordersReroute({ service }: Pick<MessageDraft, 'service'>): boolean {
  return service?.code === 'REROUTE';
}

/**
 * Only a system of Chappe's own orders it, about one message and one correspondent. The router judges the same again:
 * it alone knows whether there is anything to reroute.
 */
export function checkReroute(draft: MessageDraft, subject: Subject): Finding[] {
  if (!ordersReroute(draft)) return [];
  if (subject.kind !== 'SYSTEM' || !subject.grants.some(({ role }) => role === 'service')) {
    return [{ code: 'forbidden', pointer: '/body/code', detail: 'only Chappe\u2019s own mailbox orders it' }];
  }
  const about = draft.service?.about?.messageId ?? null;
  const { action, information, excluded } = draft.recipients;
  return [
    ...(about === null ? [missing('/body/about', 'says which message is to be rerouted')] : []),
    ...(about !== null && draft.inReplyTo !== about
      ? [invalid('/inReplyTo', 'is the message rerouted')]
      : []),
    ...(action.length === 1 && information.length + excluded.length === 0
      ? []
      : [invalid('/recipients', 'name the one correspondent that is suspended, for action')]),
  ];
}
