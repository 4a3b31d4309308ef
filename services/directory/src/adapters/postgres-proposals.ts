import type { FileEntries } from '@chappe/directory';
import type { Client, Queryable } from '@chappe/postgres';
import type { Proposal, ProposalState } from '../domain/proposal.ts';
import type { DifferenceSummary } from '../domain/summarise-differences.ts';

/** A proposal about to be kept. */
export interface NewProposal
  extends Pick<
    Proposal,
    | 'proposalId'
    | 'kind'
    | 'baseRelease'
    | 'rollForwardTo'
    | 'reason'
    | 'proposedBy'
    | 'proposedAtMs'
    | 'differences'
  > {
  /** SHA-256 of the request, by which a repetition is told from another proposal under the same id. */
  readonly requestDigest: string;
  readonly summary: readonly DifferenceSummary[];
  readonly content: FileEntries;
}

/** How a proposal ends. */
export interface ProposalEnd {
  readonly proposalId: string;
  readonly state: Exclude<ProposalState, 'OPEN'>;
  readonly decidedBy: string;
  readonly decidedAtMs: number;
  readonly decisionReason: string | null;
  readonly release: number | null;
}

/** A proposal with what tells its repetition. */
export interface KeptProposal extends Proposal {
  readonly requestDigest: string;
}

interface Row {
  readonly proposal_id: string;
  readonly request_digest: string;
  readonly state: ProposalState;
  readonly kind: Proposal['kind'];
  readonly base_release: number;
  readonly roll_forward_to: number | null;
  readonly reason: string;
  readonly proposed_by: string;
  readonly proposed_at: Date;
  readonly decided_by: string | null;
  readonly decided_at: Date | null;
  readonly decision_reason: string | null;
  readonly release: number | null;
  readonly differences: number;
}

const columns = `proposal_id, request_digest, state, kind, base_release, roll_forward_to, reason, proposed_by,
  proposed_at, decided_by, decided_at, decision_reason, release, differences`;

/** Finds a proposal; under a lock when something is about to become of it. */
export async function findProposal(
  db: Queryable,
  proposalId: string,
  lock: 'lock' | 'read' = 'read',
): Promise<KeptProposal | undefined> {
  const found = await db.query<Row>(
    `SELECT ${columns} FROM directory_proposal WHERE proposal_id = $1 ${lock === 'lock' ? 'FOR UPDATE' : ''}`,
    [proposalId],
  );
  const [row] = found.rows;
  return row === undefined ? undefined : proposalOf(row);
}

/** Proposals, the latest first; none before one that does not exist. */
export async function listProposals(
  db: Queryable,
  query: {
    readonly state: ProposalState | null;
    readonly limit: number;
    /** The last one of the page before. */
    readonly before: string | null;
  },
): Promise<readonly Proposal[]> {
  const found = await db.query<Row>(
    `SELECT ${columns} FROM directory_proposal
      WHERE ($1::text IS NULL OR state = $1)
        AND ($2::uuid IS NULL OR (proposed_at, proposal_id) <
             (SELECT b.proposed_at, b.proposal_id FROM directory_proposal b WHERE b.proposal_id = $2))
      ORDER BY proposed_at DESC, proposal_id DESC LIMIT $3`,
    [query.state, query.before, query.limit],
  );
  return found.rows.map(proposalOf);
}

/** How many proposals wait for somebody. */
export async function countOpenProposals(db: Queryable): Promise<number> {
  const found = await db.query<{ open: number }>(
    `SELECT count(*)::integer AS open FROM directory_proposal WHERE state = 'OPEN'`,
  );
  return found.rows[0]?.open ?? 0;
}

/** What an open proposal holds, in the form of files; undefined once it is decided. */
export async function readContent(db: Queryable, proposalId: string): Promise<FileEntries | undefined> {
  const found = await db.query<{ content: FileEntries | null }>(
    'SELECT content FROM directory_proposal WHERE proposal_id = $1',
    [proposalId],
  );
  return found.rows[0]?.content ?? undefined;
}

/** What a proposal would have changed, without a value; nothing for one of before summaries were kept. */
export async function readSummary(db: Queryable, proposalId: string): Promise<readonly DifferenceSummary[]> {
  const found = await db.query<{ summary: readonly DifferenceSummary[] | null }>(
    'SELECT summary FROM directory_proposal WHERE proposal_id = $1',
    [proposalId],
  );
  return found.rows[0]?.summary ?? [];
}

/** Keeps a proposal. */
export async function insertProposal(client: Client, proposal: NewProposal): Promise<void> {
  await client.query(
    `INSERT INTO directory_proposal
       (proposal_id, request_digest, kind, base_release, roll_forward_to, reason, proposed_by, proposed_at,
        differences, summary, content)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      proposal.proposalId,
      proposal.requestDigest,
      proposal.kind,
      proposal.baseRelease,
      proposal.rollForwardTo,
      proposal.reason,
      proposal.proposedBy,
      new Date(proposal.proposedAtMs),
      proposal.differences,
      JSON.stringify(proposal.summary),
      JSON.stringify(proposal.content),
    ],
  );
}

/** Ends a proposal that is open, and lets go of what it holds. */
export async function endProposal(client: Client, end: ProposalEnd): Promise<void> {
  const ended = await client.query(
    `UPDATE directory_proposal
        SET state = $2, decided_by = $3, decided_at = $4, decision_reason = $5, release = $6, content = NULL
      WHERE proposal_id = $1 AND state = 'OPEN'`,
    [end.proposalId, end.state, end.decidedBy, new Date(end.decidedAtMs), end.decisionReason, end.release],
  );
  if (ended.rowCount !== 1) throw new Error('a proposal is decided once, under its lock');
}

function proposalOf(row: Row): KeptProposal {
  return {
    proposalId: row.proposal_id,
    requestDigest: row.request_digest,
    state: row.state,
    kind: row.kind,
    baseRelease: row.base_release,
    rollForwardTo: row.roll_forward_to,
    reason: row.reason,
    proposedBy: row.proposed_by,
    proposedAtMs: row.proposed_at.getTime(),
    decidedBy: row.decided_by,
    decidedAtMs: row.decided_at?.getTime() ?? null,
    decisionReason: row.decision_reason,
    release: row.release,
    differences: row.differences,
  };
}
