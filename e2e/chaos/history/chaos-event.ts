/** The three lanes, as the routes and the history name them. */
export type LaneName = 'flash' | 'urgent' | 'routine';

/** Where and when a client noted something. */
interface Noted {
  /** Monotonic, since the history was opened: what the order of a client's own acts is judged by. */
  readonly atMs: number;
  /** The wall clock, for people who compare with the services' logs; it may be stepped. */
  readonly wallMs: number;
  /** Who noted it: one sender, follower or lister. */
  readonly client: string;
}

/** Who must get a message, as the one who composed it knows without asking the system. */
export interface Expectation {
  /**
   * `exactly`: these and nobody else. `holders`: whoever ever got the message that it cancels or supplements,
   * dispatches included, and these.
   */
  readonly audience: 'exactly' | 'holders';
  readonly recipients: readonly string[];
  /** Correspondents that must never hold it, whatever else is true. */
  readonly excluded: readonly string[];
  /** It races something that may make the router refuse it, rightly. */
  readonly mayBeRefused?: true;
}

/** A request that a sender is about to make. Noted before the first byte leaves. */
export interface Invoked extends Noted {
  readonly what: 'invoke';
  /** `submit`: repeated until answered. `abandon`: cut before the answer and never repeated. */
  readonly op: 'submit' | 'abandon' | 'malformed';
  readonly submissionId: string;
  readonly kind: string;
  readonly lane: LaneName;
  /** Who sends. */
  readonly correspondent: string;
  readonly attempt: number;
  readonly threadId?: string;
  /** What it refers to: the message cancelled, superseded, answered or dispatched. */
  readonly refersTo?: string;
  /** Who is addressed by a dispatch. */
  readonly addressees?: readonly string[];
  /** Which body this attempt carries; a second variant is the same submission with another body. */
  readonly variant: number;
  readonly expect?: Expectation;
}

/** The answer to a request. */
export interface Answered extends Noted {
  readonly what: 'answer';
  readonly op: Invoked['op'];
  readonly submissionId: string;
  readonly status: number;
  readonly variant: number;
  readonly messageId?: string;
  readonly problemType?: string;
}

/** A request of which nothing is known: cut, timed out, or answered by something that is not an answer. */
export interface Unanswered extends Noted {
  readonly what: 'no-answer';
  readonly op: Invoked['op'];
  readonly submissionId: string;
  readonly variant: number;
  readonly code: string;
}

/** An item of an inbox that a reader was shown. */
export interface Seen extends Noted {
  readonly what: 'seen';
  readonly reader: string;
  readonly correspondent: string;
  readonly number: number;
  readonly epoch: string;
  readonly messageId: string;
  readonly role: string;
  readonly kind: string;
  readonly how: 'stream' | 'list';
}

/** What a follower's stream said of itself, so that gaps in what it saw can be told from numbers it was told to skip. */
export interface StreamNoted extends Noted {
  readonly what: 'stream';
  readonly reader: string;
  readonly correspondent: string;
  /** `opened` after the number `number`; `passed` up to it without an item (a heartbeat); `reset` to a new epoch. */
  readonly happened: 'opened' | 'passed' | 'reset' | 'ended';
  readonly epoch: string;
  readonly number: number;
}

/** What a person said of a delivery, and what the answer says of its state. */
export interface ReceiptNoted extends Noted {
  readonly what: 'receipt';
  readonly happened: 'asked' | 'given' | 'refused' | 'unanswered';
  /** Joins the answer to what was asked. */
  readonly act: number;
  readonly correspondent: string;
  readonly messageId: string;
  /** `READ`, `TAKEN_IN_CHARGE`, `REJECTED`, `COMPLIED`. */
  readonly type: string;
  /** The state after it, with the version of that state. */
  readonly state?: string;
  readonly version?: number;
  readonly problemType?: string;
}

/** Something worth telling: a fault that began, a phase that ended. */
export interface TextNoted extends Noted {
  readonly what: 'note';
  readonly text: string;
}

/** One line of a history: what one client did or saw. */
export type ChaosEvent = Invoked | Answered | Unanswered | Seen | StreamNoted | ReceiptNoted | TextNoted;

/** An event as its client hands it over; the history adds the times. */
export type ChaosNote = ChaosEvent extends infer Each
  ? Each extends ChaosEvent
    ? Omit<Each, 'atMs' | 'wallMs'>
    : never
  : never;
