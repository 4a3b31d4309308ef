import { isRecord } from './problem.ts';

/** The services that have dead letters. */
export const deadLetterServices = ['router', 'mailbox', 'archive'] as const;
/** One of them. */
export type DeadLetterService = (typeof deadLetterServices)[number];

/** One dead letter: the group that gave a record up, and the letter's place. */
export interface LetterName {
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
}

/** What has become of a letter. */
export type LetterState = 'OPEN' | 'REPLAYED' | 'DISCARD_PROPOSED' | 'DISCARDED' | 'REINSTATE_PROPOSED';

/** A dead letter as an operator may see it: never what it says. */
export interface DeadLetter extends LetterName {
  readonly deadAt: string;
  readonly code: string | null;
  readonly sizeBytes: number;
  readonly original: {
    readonly topic: string;
    readonly partition: number;
    readonly offset: string;
    readonly appendedAt: string;
  } | null;
}

/** A letter with what has become of it. */
export interface StandingLetter extends DeadLetter {
  readonly state: LetterState;
  /** The case about it that waits for a second person. */
  readonly openCase: string | null;
}

/** An attempt to bring a letter back. */
export interface LetterReplay extends LetterName {
  readonly id: string;
  readonly subject: string;
  readonly reason: string;
  readonly requestedAt: string;
  readonly result: string | null;
  readonly code: string | null;
}

/** What two persons have to agree on about a letter. */
export interface LetterCase extends DeadLetter {
  readonly id: string;
  readonly act: 'DISCARD' | 'REINSTATE';
  /** OVERTAKEN: replayed before a second person decided. */
  readonly state: 'OPEN' | 'APPROVED' | 'REJECTED' | 'WITHDRAWN' | 'OVERTAKEN';
  readonly reason: string;
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly decisionReason: string | null;
}

/** All that is known of one letter. */
export interface LetterHistory extends LetterName {
  readonly state: LetterState;
  readonly openCase: string | null;
  /** Null once Kafka no longer has it. */
  readonly letter: DeadLetter | null;
  readonly replays: readonly LetterReplay[];
  readonly cases: readonly LetterCase[];
}

/** What came of an act on one letter. */
export interface LetterResult extends LetterName {
  readonly result: string;
  readonly code?: string | null;
  readonly caseId?: string | null;
}

/** What came of a decision on one case. */
export interface CaseResult {
  readonly caseId: string;
  readonly result: string;
}

const hasTexts = (value: Record<string, unknown>, ...names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === 'string');

const isNamed = (value: unknown): value is Record<string, unknown> =>
  isRecord(value) && hasTexts(value, 'group', 'offset') && typeof value.partition === 'number';

/** Whether a value is a letter with what has become of it. */
export function isStandingLetter(value: unknown): value is StandingLetter {
  return isNamed(value) && hasTexts(value, 'deadAt', 'state') && typeof value.sizeBytes === 'number';
}

/** Whether a value is a case. */
export function isLetterCase(value: unknown): value is LetterCase {
  return isNamed(value) && hasTexts(value, 'id', 'act', 'state', 'reason', 'proposedBy', 'proposedAt');
}

/** Whether a value is the history of a letter. */
export function isLetterHistory(value: unknown): value is LetterHistory {
  return (
    isNamed(value) &&
    hasTexts(value, 'state') &&
    Array.isArray(value.replays) &&
    Array.isArray(value.cases) &&
    value.cases.every(isLetterCase)
  );
}

/** Whether a value says what came of an act on a letter. */
export function isLetterResult(value: unknown): value is LetterResult {
  return isNamed(value) && hasTexts(value, 'result');
}

/** Whether a value says what came of a decision. */
export function isCaseResult(value: unknown): value is CaseResult {
  return isRecord(value) && hasTexts(value, 'caseId', 'result');
}
