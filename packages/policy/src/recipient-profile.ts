/** How a recipient came to be considered: named by the sender, found by a routing rule, or by a desk's dispatch. */
export type RecipientOrigin = 'NAMED' | 'RULE' | 'DISPATCH';

/** What the directory and the thread say about a correspondent that may receive a message. */
export interface RecipientProfile {
  readonly correspondent: string;
  /** POST, DESK, SERVICE, CHANNEL, PARTNER; anything else counts as PARTNER. */
  readonly type: string;
  /** Highest classification that the correspondent may hold; anything unknown holds nothing. */
  readonly ceiling: string;
  readonly suspended: boolean;
  readonly origin: RecipientOrigin;
  /** The originator has given a RELEASE for this correspondent that holds now. */
  readonly released: boolean;
  /** The parts of the message that the RELEASE is about, as paths; absent or empty: all of it. */
  readonly releasedParts?: readonly string[];
}

/** Why somebody receives a message; SENDER is the copy that feeds the sender's own list. */
export type DeliveryRelation = 'ACTION' | 'INFORMATION' | 'SENDER';
