import type { StepCode } from '../steps.ts';
import { isInside, type VariantAudience } from '../variant-audience.ts';

/** One rule about what an audience does not get, whatever the message says. */
export interface WithholdingRule {
  readonly code: StepCode;
  readonly paths: readonly string[];
  readonly from: (audience: VariantAudience) => boolean;
}

const everyRecipient = (): boolean => true;
const outside = (audience: VariantAudience): boolean => !isInside(audience);

/** What is withheld from whom. The sender's own copy is whole, so no rule speaks of it. */
export const withholdingRules: readonly WithholdingRule[] = [
  {
    code: 'variant.own-numbering',
    paths: ['submissionId', 'senderStream', 'senderSeq'],
    from: everyRecipient,
  },
  {
    // A signature names its key, and so the person; without the rest of the request nobody could verify it.
    code: 'variant.person-behind',
    paths: ['actor', 'drafter', 'releasedBy', 'senderSignature'],
    from: everyRecipient,
  },
  { code: 'variant.exclusions', paths: ['recipients.excluded'], from: everyRecipient },
  { code: 'variant.source-protected', paths: ['provenance.sourceToken'], from: everyRecipient },
  {
    code: 'variant.need-to-know',
    paths: ['provenance.partner'],
    from: (audience) =>
      isInside(audience) && (audience.relation === 'INFORMATION' || audience.origin === 'DISPATCH'),
  },
  {
    code: 'variant.outside-network',
    paths: [
      'provenance',
      'recipients.action',
      'recipients.information',
      'sender.position',
      'sender.unit',
      'tearline.releasableTo',
    ],
    from: outside,
  },
  {
    code: 'variant.working-data',
    paths: ['externalRefs', 'keywords', 'markingProfile', 'matchPolicy', 'traceId'],
    from: outside,
  },
];

/**
 * Who may know a victim, a witness or a minor: whoever has to act on the message, in the network or in a
 * national service. Directive (EU) 2016/680, articles 4(1)(c) and 6.
 */
export function mayKnowProtectedPersons({ place, relation }: VariantAudience): boolean {
  return relation === 'ACTION' && (isInside({ place }) || place === 'SERVICE');
}

/**
 * Who may know an informant, or a person whose category is not known: the desk that acts on the message, and
 * whom the sender itself named to act, inside the network; nobody that a dispatch adds.
 */
export function mayKnowSources({ place, relation, origin }: VariantAudience): boolean {
  if (relation !== 'ACTION' || origin === 'DISPATCH' || !isInside({ place })) return false;
  return place === 'DESK' || origin === 'NAMED';
}

/** What no recipient ever sees, whatever its rights. */
export const alwaysWithheldFromRecipients: readonly string[] = withholdingRules
  .filter((rule) => rule.from === everyRecipient)
  .flatMap((rule) => rule.paths)
  .sort();
