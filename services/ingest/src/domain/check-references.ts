import { kindHeaderFields, type MessageDraft } from '@chappe/schemas';
import { type Finding, invalid, missing } from './finding.ts';

const referenceFields = ['inReplyTo', 'supersedes', 'cancels'] as const;

/** Only these kinds correct or cancel; the others would do it without the duties that come with it. */
const referenceKinds: Readonly<Record<'supersedes' | 'cancels', string>> = {
  supersedes: 'CORRECTION',
  cancels: 'CANCELLATION',
};

/**
 * What the request alone can show about references beyond the schema, which asks each kind for those it
 * needs: no kind has another's, and a referring message carries the original's thread. Whether the originals exist, and whether this sender
 * may refer to them, is the router's to say.
 */
export function checkReferences(draft: MessageDraft, messageId: string): Finding[] {
  return [...checkMisplaced(draft), ...checkThread(draft), ...checkSelf(draft, messageId)];
}

function checkMisplaced(draft: MessageDraft): Finding[] {
  return (['supersedes', 'cancels'] as const)
    .filter((name) => draft[name] !== null && draft.kind !== referenceKinds[name])
    .map((name) => invalid(`/${name}`, `belongs to the kind ${referenceKinds[name]} alone`));
}

/** On a message that refers to nothing the server sets the thread. */
function checkThread(draft: MessageDraft): Finding[] {
  const refers = referenceFields.some((name) => draft[name] !== null);
  const needsThread =
    draft.kind !== 'UNKNOWN' && (kindHeaderFields[draft.kind] as readonly string[]).includes('threadId');
  if (draft.threadId === null) {
    return refers && !needsThread
      ? [missing('/threadId', 'a referring message carries the thread of its original')]
      : [];
  }
  return refers || needsThread
    ? []
    : [
        {
          code: 'server-field',
          pointer: '/threadId',
          detail: 'the server sets it on a message that refers to nothing',
        },
      ];
}

function checkSelf(draft: MessageDraft, messageId: string): Finding[] {
  return [...referenceFields, 'threadId' as const]
    .filter((name) => draft[name] === messageId)
    .map((name) => invalid(`/${name}`, 'a message cannot refer to itself'));
}
