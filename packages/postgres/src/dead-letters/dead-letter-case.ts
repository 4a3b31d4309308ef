import type { Letter } from './letter-standing.ts';

/** What is asked of a letter: to be given up for good, or to be taken up again. */
export type CaseAct = 'DISCARD' | 'REINSTATE';

/** Where a case stands; it leaves OPEN once and for good. OVERTAKEN: a replay was quicker than the second person. */
export type CaseState = 'OPEN' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN' | 'OVERTAKEN';

/** What somebody says of a case. */
export type CaseDecision = Exclude<CaseState, 'OPEN' | 'OVERTAKEN'>;

/** A person who acts, as the audit names it. */
export interface CaseActor {
  readonly subject: string;
  readonly correspondent: string;
  readonly roles: readonly string[];
  readonly directoryRelease: number;
  readonly traceId: string;
}

/** What a letter was, told by its headers: nothing of its key or value. */
export interface LetterFacts {
  readonly deadAtMs: number;
  readonly code: string | null;
  readonly sizeBytes: number;
  readonly original: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly appendedAtMs: number;
  } | null;
}

/** A case as an operator sees it, also long after Kafka has forgotten the letter. */
export interface RecordedCase extends Letter, LetterFacts {
  readonly id: string;
  readonly act: CaseAct;
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

/** What was done about a case, as its audit entry says it. */
export interface CaseEvent extends Letter {
  readonly caseId: string;
  readonly act: CaseAct;
  readonly step: 'PROPOSED' | CaseDecision;
  readonly actor: CaseActor;
  readonly reason: string | null;
  /** DENIED when a second person was needed. */
  readonly outcome: 'ANSWERED' | 'DENIED';
}

/** SQL of the cases; a service puts it into a migration, after the journal of replays. */
export const deadLetterCasesMigration = `CREATE TABLE dead_letter_case (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  act text NOT NULL CHECK (act IN ('DISCARD', 'REINSTATE')),
  consumer_group text NOT NULL,
  partition integer NOT NULL,
  letter_offset bigint NOT NULL,
  letter_at timestamptz NOT NULL,
  code text,
  size_bytes integer NOT NULL,
  original_topic text,
  original_partition integer,
  original_offset bigint,
  original_at timestamptz,
  state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'OVERTAKEN')),
  reason text NOT NULL,
  proposed_by text NOT NULL,
  proposed_for text NOT NULL,
  proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  decided_by text,
  decided_for text,
  decided_at timestamptz,
  decision_reason text,
  CONSTRAINT four_eyes CHECK (state NOT IN ('APPROVED', 'REJECTED') OR decided_by <> proposed_by),
  CONSTRAINT own_withdrawal CHECK (state <> 'WITHDRAWN' OR decided_by = proposed_by),
  CONSTRAINT decided_once CHECK ((state = 'OPEN') = (decided_by IS NULL))
);
CREATE UNIQUE INDEX dead_letter_case_open ON dead_letter_case (consumer_group, partition, letter_offset, letter_at)
  WHERE state = 'OPEN';
CREATE INDEX dead_letter_case_letter ON dead_letter_case (consumer_group, partition, letter_offset, id);
`;
