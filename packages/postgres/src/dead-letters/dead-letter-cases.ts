import { markTransient } from '../classify-error.ts';
import { enqueueOutbox, type OutboxRow } from '../outbox.ts';
import type { Client, Pool, Queryable } from '../pool.ts';
import { inTransaction } from '../transaction.ts';
import type {
  CaseAct,
  CaseActor,
  CaseDecision,
  CaseEvent,
  CaseState,
  LetterFacts,
  RecordedCase,
} from './dead-letter-case.ts';
import { type Letter, type LetterStanding, lockLetter, standingsOf } from './letter-standing.ts';
import { findCase, listCases } from './read-cases.ts';

/** What came of a proposal about one letter. */
export interface ProposalOutcome {
  readonly result:
    | 'PROPOSED'
    /** The same waits already, perhaps by somebody else. */
    | 'ALREADY_PROPOSED'
    | 'ALREADY_REPLAYED'
    | 'ALREADY_DISCARDED'
    /** Only what was discarded can be reinstated. */
    | 'NOT_DISCARDED'
    | 'NOT_FOUND';
  readonly caseId: string | null;
}

/** What came of a decision on one case. */
export type DecisionOutcome =
  | CaseDecision
  | 'SECOND_PERSON_REQUIRED'
  | 'ONLY_THE_PROPOSER'
  /** Decided already, in another way or by another person. */
  | 'CLOSED'
  /** A replay was quicker: there is nothing left to discard. */
  | 'ALREADY_REPLAYED'
  | 'NOT_FOUND';

/**
 * The cases of a service's dead letters: one person proposes that a letter be discarded, or reinstated, another
 * decides. Nothing changes in Kafka. `auditRow` makes the audit entry that leaves with the act's own transaction.
 */
export function createDeadLetterCases(
  pool: Pool,
  { auditRow, nudgeRelay }: { auditRow(event: CaseEvent): OutboxRow; nudgeRelay(): void },
) {
  const marking = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw markTransient(error);
    }
  };

  async function record(client: Client, event: CaseEvent): Promise<void> {
    await enqueueOutbox(client, [auditRow(event)]);
  }

  async function proposeInside(
    client: Client,
    { act, letter, facts, actor, reason }: Proposal,
  ): Promise<ProposalOutcome> {
    await lockLetter(client, letter);
    const last = act === 'REINSTATE' ? await lastDiscard(client, letter) : undefined;
    const known = facts ?? last;
    if (known === undefined) {
      return { result: act === 'REINSTATE' ? 'NOT_DISCARDED' : 'NOT_FOUND', caseId: null };
    }
    const [standing] = await standingsOf(client, [{ ...letter, atMs: known.deadAtMs }]);
    const hindrance = hindranceOf(act, standing);
    if (hindrance !== null) return { result: hindrance, caseId: standing?.openCase ?? null };
    const caseId = await insertCase(client, { act, letter, facts: known, actor, reason });
    await record(client, { ...letter, caseId, act, step: 'PROPOSED', actor, reason, outcome: 'ANSWERED' });
    return { result: 'PROPOSED', caseId };
  }

  async function decideInside(
    client: Client,
    { id, decision, actor, reason }: Decision,
  ): Promise<DecisionOutcome> {
    const seen = await findCase(client, id);
    if (seen === undefined) return 'NOT_FOUND';
    // The letter first, as everywhere: a replay holds it for as long as it tries.
    await lockLetter(client, seen);
    const found = (await findCase(client, id, 'lock')) ?? seen;
    const judged = judge(found, decision, actor);
    const { group, partition, offset, act } = found;
    const event = { group, partition, offset, caseId: id, act, step: decision, actor, reason };
    if (judged === 'SECOND_PERSON_REQUIRED') await record(client, { ...event, outcome: 'DENIED' });
    if (judged !== 'ALLOWED') return judged;
    await client.query(
      `UPDATE dead_letter_case
          SET state = $2, decided_by = $3, decided_for = $4, decision_reason = $5, decided_at = clock_timestamp()
        WHERE id = $1`,
      [id, decision, actor.subject, actor.correspondent, reason],
    );
    await record(client, { ...event, outcome: 'ANSWERED' });
    return decision;
  }

  return {
    /** Proposes for one letter. `facts` is null when Kafka does not have it: then it can only be reinstated. */
    async propose(proposal: Proposal): Promise<ProposalOutcome> {
      const outcome = await inTransaction(pool, (client) => proposeInside(client, proposal));
      nudgeRelay();
      return outcome;
    },

    /** Approves, rejects or withdraws; saying the same again has the same answer and no effect. */
    async decide(decision: Decision): Promise<DecisionOutcome> {
      const outcome = await inTransaction(pool, (client) => decideInside(client, decision));
      nudgeRelay();
      return outcome;
    },

    list: (query: {
      readonly limit: number;
      readonly before?: string;
      readonly state?: CaseState;
      readonly letter?: Letter;
    }): Promise<readonly RecordedCase[]> => marking(listCases(pool, query)),

    standings: (
      letters: readonly (Letter & { readonly atMs: number })[],
    ): Promise<readonly LetterStanding[]> => marking(standingsOf(pool, letters)),
  };
}

interface Proposal {
  readonly act: CaseAct;
  readonly letter: Letter;
  readonly facts: LetterFacts | null;
  readonly actor: CaseActor;
  readonly reason: string;
}

interface Decision {
  readonly id: string;
  readonly decision: CaseDecision;
  readonly actor: CaseActor;
  readonly reason: string | null;
}

/** Another person approves or rejects; the proposer alone withdraws. */
function judge(
  { state, proposedBy, decidedBy }: RecordedCase,
  decision: CaseDecision,
  { subject }: CaseActor,
): 'ALLOWED' | Exclude<DecisionOutcome, 'NOT_FOUND'> {
  if (state === 'OVERTAKEN') return 'ALREADY_REPLAYED';
  const isProposer = subject === proposedBy;
  if (decision === 'WITHDRAWN' && !isProposer) return 'ONLY_THE_PROPOSER';
  if (decision !== 'WITHDRAWN' && isProposer) return 'SECOND_PERSON_REQUIRED';
  if (state === 'OPEN') return 'ALLOWED';
  return state === decision && decidedBy === subject ? decision : 'CLOSED';
}

function hindranceOf(act: CaseAct, standing: LetterStanding | undefined): ProposalOutcome['result'] | null {
  switch (standing?.state) {
    case 'REPLAYED':
      return 'ALREADY_REPLAYED';
    case 'DISCARDED':
      return act === 'DISCARD' ? 'ALREADY_DISCARDED' : null;
    case 'REINSTATE_PROPOSED':
      return act === 'DISCARD' ? 'ALREADY_DISCARDED' : 'ALREADY_PROPOSED';
    case 'DISCARD_PROPOSED':
      return act === 'DISCARD' ? 'ALREADY_PROPOSED' : 'NOT_DISCARDED';
    default:
      return act === 'DISCARD' ? null : 'NOT_DISCARDED';
  }
}

/** What was written down of the letter when it was discarded last. */
async function lastDiscard(db: Queryable, letter: Letter): Promise<LetterFacts | undefined> {
  const cases = await listCases(db, { limit: 20, state: 'APPROVED', letter });
  return cases.find(({ act }) => act === 'DISCARD');
}

async function insertCase(
  client: Client,
  { act, letter, facts, actor, reason }: Proposal & { readonly facts: LetterFacts },
): Promise<string> {
  const { original } = facts;
  const inserted = await client.query<{ id: string }>(
    `INSERT INTO dead_letter_case
       (act, consumer_group, partition, letter_offset, letter_at, code, size_bytes, original_topic,
        original_partition, original_offset, original_at, reason, proposed_by, proposed_for)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
    [
      act,
      letter.group,
      letter.partition,
      letter.offset,
      new Date(facts.deadAtMs),
      facts.code,
      facts.sizeBytes,
      original?.topic ?? null,
      original?.partition ?? null,
      original?.offset ?? null,
      original === null ? null : new Date(original.appendedAtMs),
      reason,
      actor.subject,
      actor.correspondent,
    ],
  );
  const [row] = inserted.rows;
  if (row === undefined) throw new Error('a case that was just inserted has its number');
  return row.id;
}
