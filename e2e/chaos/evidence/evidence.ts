/** One item of an inbox, as its own client lists it. */
export interface InboxEvidence {
  readonly number: number;
  readonly messageId: string;
  readonly role: string;
  readonly kind: string;
  /** For a notice: its code, and the message that it speaks of. */
  readonly notice?: { readonly code: string; readonly messageId: string };
  /** Where it stands, once a person has said something of it. */
  readonly receipt?: { readonly state: string; readonly version: number };
}

/** What the sender of a message is told of it. A message that was sent with several bodies has several copies. */
export interface SentEvidence {
  readonly messageId: string;
  readonly correspondent: string;
  readonly submissionId?: string;
  /** The state of each decided copy; at most one may be ACCEPTED. */
  readonly copies: readonly { readonly state: string; readonly refusalCode?: string }[];
  /** Who got it, as tracking names them; absent where it was not asked. */
  readonly recipients?: readonly TrackedEvidence[];
  /** How many more a correction or cancellation reached, whom its sender may not know by name. */
  readonly others?: number;
}

/** One recipient of a sent message, as tracking names it. */
export interface TrackedEvidence {
  readonly correspondent: string;
  readonly role: string;
  readonly state: string;
  readonly version: number;
  /** What it still owes. */
  readonly owed: readonly string[];
}

/** A message of the archive, and which correspondents' searches show it. */
export interface ArchiveEvidence {
  readonly messageId: string;
  readonly kind: string;
  readonly sender: string;
  readonly shownTo: readonly string[];
}

/** All that the system shows after the end, through its public interface alone. */
export interface Evidence {
  /** By correspondent, in the order of the numbers. */
  readonly inboxes: ReadonlyMap<string, readonly InboxEvidence[]>;
  /** By messageId. */
  readonly archived: ReadonlyMap<string, ArchiveEvidence>;
  /** By messageId. */
  readonly sent: ReadonlyMap<string, SentEvidence>;
  /** The last number of each inbox before the run: what is up to there belongs to others. */
  readonly startedAfter: ReadonlyMap<string, number>;
  /** Whether anybody else sent meanwhile; what nobody of this history sent is then none of its business. */
  readonly strangers: boolean;
}
