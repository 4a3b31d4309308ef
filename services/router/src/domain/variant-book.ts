import { renderVariant, type Withheld } from '@chappe/policy';
import { type DecisionVariant, deriveId, type Message, variantDigest } from '@chappe/schemas';

/** The variants of one decision: equal sets of withheld paths of a message share one. */
export class VariantBook {
  readonly #decisionId: string;
  readonly #variants = new Map<string, DecisionVariant>();

  constructor(decisionId: string) {
    this.#decisionId = decisionId;
  }

  /** The variant of the decided message, or of the original that a dispatch or a reroute passes on. */
  variantOf(
    message: Message,
    withheld: readonly Pick<Withheld, 'path'>[],
    passedOn: boolean,
  ): DecisionVariant {
    const paths = [...new Set(withheld.map(({ path }) => path))].sort();
    const messageId = passedOn ? message.messageId : null;
    const key = JSON.stringify([messageId, paths]);
    const known = this.#variants.get(key);
    if (known !== undefined) return known;
    const variant: DecisionVariant = {
      variantId: deriveId('variant', this.#decisionId, key),
      messageId,
      withheld: paths,
      sha256: variantDigest(renderVariant(message, paths)),
    };
    this.#variants.set(key, variant);
    return variant;
  }

  all(): DecisionVariant[] {
    return [...this.#variants.values()];
  }
}
