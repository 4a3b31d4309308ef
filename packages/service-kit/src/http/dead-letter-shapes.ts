import { Type } from 'typebox';
import { Problem } from '../problems/problem.ts';
import type { CaseInfo, LetterInfo, NamedLetter, ReplayInfo } from './dead-letter-ports.ts';

const shortestReason = 3;
const mostAtOnce = 20;
const nullableText = Type.Union([Type.String(), Type.Null()]);
const time = Type.String({ format: 'date-time' });
const nullableTime = Type.Union([time, Type.Null()]);

/** The place of a letter within its group. */
export const placeFields = {
  partition: Type.Integer({ minimum: 0, maximum: 10_000 }),
  offset: Type.String({ pattern: '^(0|[1-9][0-9]{0,17})$' }),
};
/** How many items a page has. */
export const limitField = Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 }));
/** Where a list goes on. */
export const beforeField = Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,17}$' }));
/** Why; what is too short is answered with its own problem. */
export const reasonField = Type.Optional(
  Type.String({ maxLength: 500, description: 'Why. Kept with the act, for good.' }),
);
/** The number of a case. */
export const caseIdField = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });
/** The letters that a request names. */
export const lettersField = Type.Array(
  Type.Object(
    { group: Type.String({ minLength: 1, maxLength: 100 }), ...placeFields },
    { additionalProperties: false },
  ),
  { minItems: 1, maxItems: mostAtOnce },
);
/** The cases that a decision names. */
export const caseIdsField = Type.Array(caseIdField, { minItems: 1, maxItems: mostAtOnce, uniqueItems: true });

const letterFields = {
  group: Type.String(),
  ...placeFields,
  deadAt: time,
  code: nullableText,
  sizeBytes: Type.Integer(),
  original: Type.Union([
    Type.Object({ topic: Type.String(), ...placeFields, appendedAt: time }),
    Type.Null(),
  ]),
};
/** A letter, told by its headers. */
export const letterView = Type.Object(letterFields);

const stateFields = {
  state: Type.Union(
    [
      Type.Literal('OPEN'),
      Type.Literal('REPLAYED'),
      Type.Literal('DISCARD_PROPOSED'),
      Type.Literal('DISCARDED'),
      Type.Literal('REINSTATE_PROPOSED'),
    ],
    { description: 'What has become of it' },
  ),
  openCase: Type.Union([caseIdField, Type.Null()], {
    description: 'The case about it that waits for a second person',
  }),
};
/** A letter with what has become of it. */
export const standingLetterView = Type.Object({ ...letterFields, ...stateFields });

/** An attempt to bring a letter back. */
export const replayView = Type.Object({
  id: Type.String(),
  group: Type.String(),
  ...placeFields,
  subject: Type.String(),
  correspondent: Type.String(),
  reason: Type.String(),
  requestedAt: time,
  endedAt: nullableTime,
  result: nullableText,
  code: nullableText,
});

/** Where a case stands. */
export const caseStateField = Type.Union(
  [
    Type.Literal('OPEN'),
    Type.Literal('APPROVED'),
    Type.Literal('REJECTED'),
    Type.Literal('WITHDRAWN'),
    Type.Literal('OVERTAKEN'),
  ],
  { description: 'OVERTAKEN: replayed before a second person decided' },
);
/** What is asked of a letter. */
export const caseActField = Type.Union([Type.Literal('DISCARD'), Type.Literal('REINSTATE')]);

/** A case: what was asked of which letter, by whom and why, and who decided. */
export const caseView = Type.Object({
  id: caseIdField,
  act: caseActField,
  state: caseStateField,
  ...letterFields,
  reason: Type.String(),
  proposedBy: Type.String({ description: 'Opaque id of a person' }),
  proposedFor: Type.String({ description: 'The correspondent it acted for' }),
  proposedAt: time,
  decidedBy: nullableText,
  decidedFor: nullableText,
  decidedAt: nullableTime,
  decisionReason: nullableText,
});

/** All that is known of one letter. */
export const letterHistoryView = Type.Object({
  group: Type.String(),
  ...placeFields,
  ...stateFields,
  letter: Type.Union([letterView, Type.Null()], { description: 'null once Kafka no longer has it' }),
  replays: Type.Array(replayView),
  cases: Type.Array(caseView),
});

const iso = (atMs: number): string => new Date(atMs).toISOString();
const isoOrNull = (atMs: number | null): string | null => (atMs === null ? null : iso(atMs));

/** A letter in the form of `letterView`. */
export function showLetter({ group, partition, offset, deadAtMs, code, sizeBytes, original }: LetterInfo) {
  return {
    group,
    partition,
    offset,
    deadAt: iso(deadAtMs),
    code,
    sizeBytes,
    original:
      original === null
        ? null
        : {
            topic: original.topic,
            partition: original.partition,
            offset: original.offset,
            appendedAt: iso(original.appendedAtMs),
          },
  };
}

/** An attempt in the form of `replayView`. */
export function showReplay({ requestedAtMs, endedAtMs, ...rest }: ReplayInfo) {
  return { ...rest, requestedAt: iso(requestedAtMs), endedAt: isoOrNull(endedAtMs) };
}

/** A case in the form of `caseView`. */
export function showCase(found: CaseInfo) {
  const { id, act, state, reason, proposedBy, proposedFor, decidedBy, decidedFor, decisionReason } = found;
  return {
    ...showLetter(found),
    id,
    act,
    state,
    reason,
    proposedBy,
    proposedFor,
    proposedAt: iso(found.proposedAtMs),
    decidedBy,
    decidedFor,
    decidedAt: isoOrNull(found.decidedAtMs),
    decisionReason,
  };
}

/** The same letter named twice is one letter. */
export function distinctLetters(letters: readonly NamedLetter[]): readonly NamedLetter[] {
  return [
    ...new Map(letters.map((each) => [`${each.group}/${each.partition}/${each.offset}`, each])).values(),
  ];
}

/** The reason that somebody gave, or its own problem. */
export function requiredReason(text: string | undefined): string {
  const given = (text ?? '').trim();
  if (given.length >= shortestReason) return given;
  throw new Problem('reason-required', {
    detail: `Say why in the field reason, in at least ${shortestReason} characters; it is kept for good.`,
  });
}

/** What the brokers or the database cannot do at the moment is no fault of the service: 503, and again later. */
export async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!isOutage(cause)) throw cause;
    throw new Problem('unavailable', { retryAfterS: 5, cause });
  }
}

/** Whether something failed because brokers or database are away. */
export function isOutage(cause: unknown): boolean {
  return (
    cause instanceof Error && (Reflect.get(cause, 'transient') === true || cause.name.startsWith('KafkaJS'))
  );
}
