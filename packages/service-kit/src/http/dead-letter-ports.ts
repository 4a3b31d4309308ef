/** One dead letter, by its place in the dead-letter topic of a group. */
export interface NamedLetter {
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
}

/** What may be shown of a letter: where, when and why, never its key or its value. */
export interface LetterInfo extends NamedLetter {
  readonly deadAtMs: number;
  readonly code: string | null;
  readonly sizeBytes: number;
  readonly original:
    | ({ readonly topic: string; readonly appendedAtMs: number } & Omit<NamedLetter, 'group'>)
    | null;
}

interface LetterStanding {
  readonly state: 'OPEN' | 'REPLAYED' | 'DISCARD_PROPOSED' | 'DISCARDED' | 'REINSTATE_PROPOSED';
  /** The case that waits for a second person. */
  readonly openCase: string | null;
}

/** An attempt to bring a letter back. */
export interface ReplayInfo extends NamedLetter {
  readonly id: string;
  readonly subject: string;
  readonly correspondent: string;
  readonly reason: string;
  readonly requestedAtMs: number;
  readonly endedAtMs: number | null;
  readonly result: string | null;
  readonly code: string | null;
}

type CaseState = 'OPEN' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN' | 'OVERTAKEN';

/** What two persons have to agree on about a letter. */
export interface CaseInfo extends LetterInfo {
  readonly id: string;
  readonly act: 'DISCARD' | 'REINSTATE';
  readonly state: CaseState;
  readonly reason: string;
  readonly proposedBy: string;
  readonly proposedFor: string;
  readonly proposedAtMs: number;
  readonly decidedBy: string | null;
  readonly decidedFor: string | null;
  readonly decidedAtMs: number | null;
  readonly decisionReason: string | null;
}

interface Actor {
  readonly subject: string;
  readonly correspondent: string;
  readonly roles: readonly string[];
  readonly directoryRelease: number;
  readonly traceId: string;
}

/** What the routes show and do; the desk of packages/kafka and the records of packages/postgres fit. */
export interface DeadLetterPorts {
  readonly service: string;
  /** The consumer groups of this service. */
  readonly groups: readonly string[];
  readonly desk: {
    list(query: {
      group?: string;
      limit: number;
      cursor?: string;
    }): Promise<{ readonly items: readonly LetterInfo[]; readonly next: string | null } | undefined>;
    find(letters: readonly NamedLetter[]): Promise<readonly (LetterInfo | null)[]>;
    replay(request: {
      letters: readonly NamedLetter[];
      subject: string;
      correspondent: string;
      reason: string;
      traceId: string;
    }): Promise<readonly { readonly result: string; readonly code: string | null }[]>;
  };
  readonly journal: {
    list(query: { limit: number; before?: string; letter?: NamedLetter }): Promise<readonly ReplayInfo[]>;
  };
  readonly cases: {
    propose(proposal: {
      readonly act: CaseInfo['act'];
      readonly letter: NamedLetter;
      readonly facts: LetterInfo | null;
      readonly actor: Actor;
      readonly reason: string;
    }): Promise<{ readonly result: string; readonly caseId: string | null }>;
    decide(decision: {
      readonly id: string;
      readonly decision: Exclude<CaseState, 'OPEN' | 'OVERTAKEN'>;
      readonly actor: Actor;
      readonly reason: string | null;
    }): Promise<string>;
    list(query: {
      limit: number;
      before?: string;
      state?: CaseState;
      letter?: NamedLetter;
    }): Promise<readonly CaseInfo[]>;
    standings(
      letters: readonly (NamedLetter & { readonly atMs: number })[],
    ): Promise<readonly LetterStanding[]>;
  };
}
