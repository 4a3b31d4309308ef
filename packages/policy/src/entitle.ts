import type { Message } from '@chappe/schemas';
import type { DeliveryRelation, RecipientProfile } from './recipient-profile.ts';
import { markingsOf } from './resource.ts';
import {
  isInsideNetwork,
  judgeClassification,
  judgeExclusion,
  judgeHandlingCodes,
  judgeThirdPartyRule,
  judgeTlp,
} from './rules/sharing.ts';
import type { Step, StepCode } from './steps.ts';
import {
  alwaysWithheldFromRecipients,
  withheldFromInformationAddressees,
  withheldOutsideTheNetwork,
} from './withheld-paths.ts';

/** Whether a correspondent may be given a message, and what of it is withheld, with the rules that said so. */
export type Entitlement =
  | { readonly entitled: true; readonly withheld: readonly string[]; readonly steps: readonly Step[] }
  | { readonly entitled: false; readonly code: StepCode; readonly steps: readonly Step[] };

const passing: readonly StepCode[] = [
  'excluded.not-excluded',
  'third-party.released',
  'third-party.does-not-limit',
  'classification.within-ceiling',
  'handling.does-not-limit',
  'grant.permits',
  'relation.permits',
];

/**
 * The router's question: may this correspondent be given this message, and in which variant? The order
 * is excluded, third-party rule, classification, handling and TLP, grant, relation; the first rule that
 * denies ends it, and what no rule permits is denied.
 */
export function entitle(
  recipient: RecipientProfile,
  message: Message,
  relation: DeliveryRelation,
): Entitlement {
  const steps: Step[] = [];
  for (const code of findings(recipient, message, relation)) {
    const passes = passing.includes(code);
    steps.push({ code, effect: passes ? 'pass' : 'deny' });
    if (!passes) return { entitled: false, code, steps };
  }
  return { entitled: true, ...withhold(recipient, relation, steps) };
}

function* findings(
  recipient: RecipientProfile,
  message: Message,
  relation: DeliveryRelation,
): Generator<StepCode> {
  yield judgeExclusion(recipient, message);
  yield judgeThirdPartyRule(recipient, message, relation);
  yield judgeClassification(recipient, message);
  yield judgeTlp(recipient, message, relation);
  yield judgeHandlingCodes(recipient, message, relation);
  yield judgeGrant(recipient, message, relation);
  yield ['ACTION', 'INFORMATION', 'SENDER'].includes(relation) ? 'relation.permits' : 'relation.none';
}

/**
 * A suspended correspondent receives nothing. Outside the network the list of recipients is withheld, and
 * exclusive attention with it: since nothing would hold it there, such a recipient is withheld instead.
 */
function judgeGrant(recipient: RecipientProfile, message: Message, relation: DeliveryRelation): StepCode {
  if (recipient.suspended) return 'grant.suspended';
  const reserved = markingsOf(message, recipient.correspondent).attentionPositions !== null;
  return reserved && relation !== 'SENDER' && !isInsideNetwork(recipient)
    ? 'grant.attention-outside'
    : 'grant.permits';
}

function withhold(
  recipient: RecipientProfile,
  relation: DeliveryRelation,
  steps: readonly Step[],
): { withheld: readonly string[]; steps: readonly Step[] } {
  if (relation === 'SENDER') return { withheld: [], steps };
  const parts: [StepCode, readonly string[]][] = [['variant.always-withheld', alwaysWithheldFromRecipients]];
  if (!isInsideNetwork(recipient)) parts.push(['variant.outside-network', withheldOutsideTheNetwork]);
  else if (relation === 'INFORMATION') parts.push(['variant.information', withheldFromInformationAddressees]);
  return {
    withheld: [...new Set(parts.flatMap(([, paths]) => paths))].sort(),
    steps: [...steps, ...parts.map(([code]): Step => ({ code, effect: 'withhold' }))],
  };
}
