import { renderVariant } from '@chappe/policy';
import { type Decision, type Message, variantDigest } from '@chappe/schemas';

/** One message as one correspondent may see it, or the finding that the archive no longer holds it intact. */
export type OpenedMessage =
  | { readonly status: 'intact'; readonly variant: Message; readonly withheld: readonly string[] }
  | { readonly status: 'altered'; readonly variantId: string };

/** Rebuilds the variant that the decision gave this reader, and compares it with the recorded digest. */
export function openMessage(original: Message, decision: Decision, variantId: string): OpenedMessage {
  const variant = decision.variants.find((candidate) => candidate.variantId === variantId);
  if (variant === undefined) return { status: 'altered', variantId };
  const rendered = renderVariant(original, variant.withheld);
  return variantDigest(rendered) === variant.sha256
    ? { status: 'intact', variant: rendered, withheld: variant.withheld }
    : { status: 'altered', variantId };
}
