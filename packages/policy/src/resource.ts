import type { Message } from '@chappe/schemas';
import type { Relation } from './actions.ts';

/** What of a message limits its readers. These are also the columns that an audience is compared with. */
export interface MessageMarkings {
  /** The sender excluded the reader's correspondent. */
  readonly excluded: boolean;
  /** A partner's information under the third-party rule. */
  readonly thirdPartyRule: boolean;
  readonly classification: string;
  readonly tlp: string | null;
  readonly handling: readonly string[];
  readonly crimeAreas: readonly string[];
  /** Positions to whose holders alone the message is open; null when open to the whole correspondent. */
  readonly attentionPositions: readonly string[] | null;
}

/** A message as seen from one reader's correspondent. */
export interface MessageResource extends MessageMarkings {
  readonly kind: 'message';
  readonly relation: Relation;
}

/** Something that belongs to a correspondent as a whole: its inbox, its sent list. */
export interface CorrespondentResource {
  readonly kind: 'correspondent';
  readonly correspondent: string;
}

/** A message that somebody is about to send. */
export interface SubmissionResource {
  readonly kind: 'submission';
  readonly classification: string;
  readonly status: string;
}

/** What an action is asked on; null asks whether the action is open to the subject at all. */
export type Resource = MessageResource | CorrespondentResource | SubmissionResource;

/** The markings of a message, or of a variant of it, for one reader's correspondent. */
export function markingsOf(message: Message, correspondent: string): MessageMarkings {
  const named = [...message.recipients.action, ...message.recipients.information].filter(
    (addressee) => addressee.correspondent === correspondent && addressee.attention?.exclusive === true,
  );
  return {
    excluded: message.recipients.excluded.includes(correspondent),
    thirdPartyRule: isUnderThirdPartyRule(message),
    classification: message.classification,
    tlp: message.tlp,
    handling: message.handling,
    crimeAreas: message.crimeAreas,
    attentionPositions:
      named.length === 0 ? null : [...new Set(named.flatMap((each) => each.attention?.positions ?? []))],
  };
}

/** The resource that `decide` judges when a message, or a variant of it, is read. */
export function messageResource(
  message: Message,
  correspondent: string,
  relation: Relation,
): MessageResource {
  return { kind: 'message', relation, ...markingsOf(message, correspondent) };
}

/** A provenance of unknown kind counts as a partner's under the rule: UNKNOWN is the most restrictive. */
export function isUnderThirdPartyRule(message: Message): boolean {
  const { provenance } = message;
  return provenance !== null && (provenance.thirdPartyRule || provenance.kind === 'UNKNOWN');
}
