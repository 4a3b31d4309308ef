import { type Correction, kindFields, type MessageDraft, type Reply } from '@chappe/schemas';
import { type Finding, invalid, missing } from './finding.ts';

/** What can be typed at two in the morning, and read aloud. */
const longestFlashText = 1_000;

/** What a body must say beyond its schema, kind by kind. */
export function checkBody(draft: MessageDraft): Finding[] {
  return [
    ...checkOneBody(draft),
    ...(draft.lead !== null && draft.urgency === 'FLASH' ? checkFlashLead(draft, draft.lead) : []),
    ...(draft.reply === null ? [] : checkReply(draft.reply)),
    ...(draft.correction === null ? [] : checkCorrection(draft.correction)),
    ...(draft.closure !== null &&
    (draft.closure.outcome === 'DUPLICATE') !== (draft.closure.duplicateOf !== null)
      ? [
          draft.closure.duplicateOf === null
            ? missing('/body/duplicateOf', 'DUPLICATE names the thread that goes on')
            : invalid('/body/duplicateOf', 'belongs to the outcome DUPLICATE'),
        ]
      : []),
    ...(draft.closure?.duplicateOf != null && draft.closure.duplicateOf === draft.threadId
      ? [invalid('/body/duplicateOf', 'a thread is no duplicate of itself')]
      : []),
    ...(draft.hit !== null && draft.hit.first.messageId >= draft.hit.second.messageId
      ? [invalid('/body/second', 'the two messages stand in the order of their ids')]
      : []),
    ...(draft.release?.granted && draft.release.releaseTo.length === 0 && !mayBeReview(draft)
      ? [missing('/body/releaseTo', 'a permission says to whom')]
      : []),
  ];
}

/** A superior's review of what left in an emergency: it answers the very message that it is about, and is for nobody. */
function mayBeReview({ release, inReplyTo }: MessageDraft): boolean {
  return release !== null && inReplyTo === release.original.messageId;
}

function checkOneBody(draft: MessageDraft): Finding[] {
  const set = Object.entries(kindFields).filter(([, field]) => draft[field] !== null);
  return set.length === 1 && set[0]?.[0] === draft.kind
    ? []
    : [invalid('/body', 'is not the body of this kind')];
}

/** A flash lead needs only text, place, ground and callback; but it needs these. */
function checkFlashLead(draft: MessageDraft, lead: { text: string; callback: string | null }): Finding[] {
  return [
    ...([...lead.text].length > longestFlashText
      ? [invalid('/body/text', `a flash lead has at most ${longestFlashText} characters`)]
      : []),
    ...(draft.places.length === 0 ? [missing('/places', 'a flash lead needs a place')] : []),
    ...(draft.urgencyGround === null
      ? [missing('/urgencyGround', 'a flash lead says why it may overtake')]
      : []),
    ...(isBlank(lead.callback)
      ? [missing('/body/callback', 'a flash lead says how to reach its writer now')]
      : []),
  ];
}

function checkReply(reply: Reply): Finding[] {
  const findings: Finding[] = [];
  if ((reply.outcome === 'FULL' || reply.outcome === 'PARTIAL') && isBlank(reply.content)) {
    findings.push(missing('/body/content', 'this outcome has a content'));
  }
  if ((reply.outcome === 'REFUSED') !== (reply.refusalGround !== null)) {
    findings.push(
      reply.refusalGround === null
        ? missing('/body/refusalGround', 'a refusal states its ground')
        : invalid('/body/refusalGround', 'belongs to the outcome REFUSED'),
    );
  }
  if ((reply.outcome === 'EXTENSION') !== (reply.newReplyBy !== null)) {
    findings.push(
      reply.newReplyBy === null
        ? missing('/body/newReplyBy', 'an extension states its date')
        : invalid('/body/newReplyBy', 'belongs to the outcome EXTENSION'),
    );
  }
  return findings;
}

/** The corrected body is held to what its own kind is held to; that there is exactly one is the schema's. */
function checkCorrection(correction: Correction): Finding[] {
  if (correction.reply === null) return [];
  return checkReply(correction.reply).map((each) => ({
    ...each,
    pointer: each.pointer.replace('/body', '/body/reply'),
  }));
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === '';
}
