import type { Message } from '@chappe/schemas';
import { pathsOutside } from './message-shape.ts';
import type { RecipientProfile } from './recipient-profile.ts';
import type { StepCode } from './steps.ts';

/**
 * What stays beside the text of a tear line: what tells one message from another, how it is to be treated,
 * and what a cancellation asks for. The reference stays, since it names the sender, who is told anyway, and
 * is what people say on the phone; the words of H3 go, since they may tell of the rest.
 */
export const keptBesideTearline: readonly string[] = [
  'messageId',
  'reference',
  'requestDigest',
  'threadId',
  'supersedes',
  'cancels',
  'cancellation.action',
  'kind',
  'status',
  'exerciseId',
  'sender.correspondent',
  'receivedAt',
  'urgency',
  'classification',
  'tlp',
  'handling',
  'schemaVersion',
  'withheld',
];

/** What is withheld from whoever may only have the text of the tear line. */
export const withheldBesideTearline = pathsOutside([
  ...keptBesideTearline,
  'tearline.text',
  'tearline.language',
  'tearline.form',
]);

/** What is withheld from whoever was released parts of a message only. */
export function withheldBesideParts(parts: readonly string[]): readonly string[] {
  return pathsOutside([...keptBesideTearline, 'handlingNote', ...parts]);
}

/** Restrictions on passing on, which a tear line is written to answer; no other denial is. */
const answeredByTearline: readonly StepCode[] = [
  'third-party.no-permission',
  'handling.tlp-red',
  'handling.tlp-amber-strict',
  'handling.tlp-amber',
  'handling.h2',
  'handling.h3',
];

/** Whether the originator's tear line answers this denial: written, and releasable to this correspondent. */
export function isAnsweredByTearline(
  code: StepCode,
  { correspondent }: Pick<RecipientProfile, 'correspondent'>,
  { tearline }: Pick<Message, 'tearline'>,
): boolean {
  return (
    answeredByTearline.includes(code) &&
    tearline?.form === 'WRITTEN' &&
    tearline.releasableTo.includes(correspondent)
  );
}
