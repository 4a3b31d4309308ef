import type { Message } from '@chappe/schemas';
import type { DeliveryRelation, RecipientProfile } from './recipient-profile.ts';
import { markingsOf } from './resource.ts';
import {
  judgeClassification,
  judgeExclusion,
  judgeHandlingCodes,
  judgeThirdPartyRule,
  judgeTlp,
} from './rules/sharing.ts';
import type { Step, StepCode } from './steps.ts';
import { isAnsweredByTearline, withheldBesideParts, withheldBesideTearline } from './tearline.ts';
import { audienceOf, isInside } from './variant-audience.ts';
import { type Withheld, withheldByAudience, withheldForPersons } from './withhold.ts';

/**
 * Whether a correspondent may be given a message, and what of it is withheld: each path once, in the order of
 * the paths, with the code of the rule that withholds it. `steps` are the rules that were applied.
 */
export type Entitlement =
  | { readonly entitled: true; readonly withheld: readonly Withheld[]; readonly steps: readonly Step[] }
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
 * denies ends it, and what no rule permits is denied. Where only passing the message on is denied, and its
 * tear line may be told to this correspondent in writing, the variant is the text of the tear line.
 */
export function entitle(
  recipient: RecipientProfile,
  message: Message,
  relation: DeliveryRelation,
): Entitlement {
  const steps: Step[] = [];
  let onlyTearline: StepCode | undefined;
  for (const code of findings(recipient, message, relation)) {
    if (passing.includes(code)) {
      steps.push({ code, effect: 'pass' });
    } else if (isAnsweredByTearline(code, recipient, message)) {
      onlyTearline ??= code;
      steps.push({ code, effect: 'withhold' });
    } else {
      steps.push({ code, effect: 'deny' });
      return { entitled: false, code, steps };
    }
  }
  const withheld = withheldFrom(recipient, message, relation, onlyTearline);
  const codes = new Set(withheld.map(({ code }) => code).filter((code) => code !== onlyTearline));
  return {
    entitled: true,
    withheld,
    steps: [
      ...steps,
      ...(onlyTearline === undefined ? [] : [{ code: 'tearline.only', effect: 'withhold' } as const]),
      ...[...codes].sort().map((code): Step => ({ code, effect: 'withhold' })),
    ],
  };
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
  return reserved && relation !== 'SENDER' && !isInside(audienceOf(recipient, 'INFORMATION'))
    ? 'grant.attention-outside'
    : 'grant.permits';
}

function withheldFrom(
  recipient: RecipientProfile,
  message: Message,
  relation: DeliveryRelation,
  onlyTearline: StepCode | undefined,
): readonly Withheld[] {
  if (relation === 'SENDER') return [];
  const audience = audienceOf(recipient, relation);
  const withheld = [...withheldByAudience(audience)];
  if (onlyTearline !== undefined) {
    withheld.push(...withheldBesideTearline.map((path) => ({ path, code: onlyTearline })));
  } else {
    withheld.push(...withheldForPersons(message, audience), ...beyondRelease(recipient, message, relation));
  }
  return oncePerPath(withheld);
}

/** A release of parts opens these; whoever needs none is not limited by it. */
function beyondRelease(
  recipient: RecipientProfile,
  message: Message,
  relation: DeliveryRelation,
): readonly Withheld[] {
  const parts = recipient.releasedParts ?? [];
  if (!recipient.released || parts.length === 0) return [];
  const without = [...findings({ ...recipient, released: false }, message, relation)];
  if (without.every((code) => passing.includes(code))) return [];
  return withheldBesideParts(parts).map((path) => ({ path, code: 'variant.beyond-release' as const }));
}

/** Of several rules that withhold a path, the first one speaks. */
function oncePerPath(withheld: readonly Withheld[]): readonly Withheld[] {
  const first = new Map<string, Withheld>();
  for (const each of withheld) if (!first.has(each.path)) first.set(each.path, each);
  return [...first.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}
