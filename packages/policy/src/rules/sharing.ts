import type { Message } from '@chappe/schemas';
import type { DeliveryRelation, RecipientProfile } from '../recipient-profile.ts';
import { isUnderThirdPartyRule } from '../resource.ts';
import { isWithinCeiling } from '../restrictiveness.ts';
import type { StepCode } from '../steps.ts';
import { audienceOf, isInside } from '../variant-audience.ts';

/**
 * Rules by which the router judges a recipient, one function each, in the order in which they apply.
 * Each answers with the code of what it found; `entitle` knows which codes deny.
 */

/** Posts and desks are one organisation; everybody else is outside, an unknown type included. */
function isInsideNetwork(recipient: RecipientProfile): boolean {
  return isInside(audienceOf(recipient, 'INFORMATION'));
}

/** The sender's word is final: whom it excluded receives nothing, whatever else speaks for it. */
export function judgeExclusion(recipient: RecipientProfile, message: Message): StepCode {
  return message.recipients.excluded.includes(recipient.correspondent)
    ? 'excluded.sender-excluded'
    : 'excluded.not-excluded';
}

/**
 * The third-party rule. Directive (EU) 2016/680, article 35(1)(c) and (e): information that another
 * state transmitted goes onward with its prior authorisation only. Within the network a post reports to
 * the desks, and may name another post itself; rules and dispatches spread nothing, and nobody outside
 * is reached, without the originator's RELEASE.
 */
export function judgeThirdPartyRule(
  recipient: RecipientProfile,
  message: Message,
  relation: DeliveryRelation,
): StepCode {
  if (!isUnderThirdPartyRule(message) || relation === 'SENDER') return 'third-party.does-not-limit';
  if (recipient.released) return 'third-party.released';
  const reportsToDesk = recipient.type === 'DESK' && recipient.origin !== 'DISPATCH';
  const namedPost = recipient.type === 'POST' && recipient.origin === 'NAMED';
  return reportsToDesk || namedPost ? 'third-party.does-not-limit' : 'third-party.no-permission';
}

/** The ceiling is what a correspondent's premises and means may hold (national rules on protected information). */
export function judgeClassification(recipient: RecipientProfile, message: Message): StepCode {
  return isWithinCeiling(message.classification, recipient.ceiling)
    ? 'classification.within-ceiling'
    : 'classification.above-ceiling';
}

/**
 * TLP 2.0 (FIRST): RED, named recipients; AMBER+STRICT, their organisation; AMBER, organisation and
 * clients who need to know; GREEN, the community; CLEAR, no limit. No TLP is treated as AMBER. A TLP
 * unknown to this release reaches nobody but its sender.
 */
export function judgeTlp(
  recipient: RecipientProfile,
  message: Message,
  relation: DeliveryRelation,
): StepCode {
  if (relation === 'SENDER') return 'handling.does-not-limit';
  const chosen = recipient.origin === 'NAMED' || recipient.released;
  switch (message.tlp ?? 'AMBER') {
    case 'CLEAR':
    case 'GREEN':
      return 'handling.does-not-limit';
    case 'AMBER':
      return chosen || isInsideNetwork(recipient) || recipient.type === 'SERVICE'
        ? 'handling.does-not-limit'
        : 'handling.tlp-amber';
    case 'AMBER_STRICT':
      return chosen || isInsideNetwork(recipient) ? 'handling.does-not-limit' : 'handling.tlp-amber-strict';
    case 'RED':
      return chosen ? 'handling.does-not-limit' : 'handling.tlp-red';
    default:
      return 'handling.tlp-unknown';
  }
}

/**
 * Europol handling codes: H0 and H1 do not limit who receives (H1 limits use as evidence); H2 and H3 are
 * not passed on without the provider's permission: the desks to which rules report, and whom the sender
 * named, are the provider's own choice. An unknown code reaches nobody but its sender.
 */
export function judgeHandlingCodes(
  recipient: RecipientProfile,
  message: Message,
  relation: DeliveryRelation,
): StepCode {
  if (relation === 'SENDER') return 'handling.does-not-limit';
  const codes: readonly string[] = message.handling;
  if (codes.some((code) => !['H0', 'H1', 'H2', 'H3'].includes(code))) return 'handling.unknown';
  const provided =
    recipient.released ||
    recipient.origin === 'NAMED' ||
    (recipient.origin === 'RULE' && recipient.type === 'DESK');
  if (provided) return 'handling.does-not-limit';
  if (codes.includes('H3')) return 'handling.h3';
  return codes.includes('H2') ? 'handling.h2' : 'handling.does-not-limit';
}
