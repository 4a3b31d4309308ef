import type { DeliveryRelation, RecipientOrigin, RecipientProfile } from './recipient-profile.ts';

/** What a correspondent is, as far as variants differ by it. What is unknown counts as a partner body. */
export const places = ['DESK', 'POST', 'SERVICE', 'CHANNEL', 'PARTNER'] as const;

/** A kind of correspondent. */
export type Place = (typeof places)[number];

/** For whom a variant is made, apart from what the message itself says. */
export interface VariantAudience {
  readonly place: Place;
  readonly relation: Exclude<DeliveryRelation, 'SENDER'>;
  readonly origin: RecipientOrigin;
}

/** The audience to which a recipient belongs. */
export function audienceOf(
  { type, origin }: Pick<RecipientProfile, 'type' | 'origin'>,
  relation: VariantAudience['relation'],
): VariantAudience {
  return { place: places.find((place) => place === type) ?? 'PARTNER', relation, origin };
}

/** Posts and desks are one organisation; everybody else is outside. */
export function isInside({ place }: Pick<VariantAudience, 'place'>): boolean {
  return place === 'DESK' || place === 'POST';
}
