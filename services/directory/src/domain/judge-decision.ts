import type { Proposal, ProposalState } from './proposal.ts';

/** What somebody wants to become of a proposal. */
export type ProposalDecision = Exclude<ProposalState, 'OPEN'>;

/** Whether it may become that. `repeated`: the same person said the same before, and was perhaps not answered. */
export type DecisionJudgement =
  | 'allowed'
  | 'repeated'
  | 'closed'
  | 'second-person-required'
  | 'only-the-proposer'
  | 'superseded';

/**
 * Who may decide what: another person than the proposer approves or rejects, the proposer alone withdraws. What
 * was proposed on a release that is no longer the last can only be rejected or withdrawn.
 */
export function judgeDecision(
  proposal: Pick<Proposal, 'state' | 'proposedBy' | 'decidedBy' | 'baseRelease'>,
  decision: ProposalDecision,
  { person, lastRelease }: { readonly person: string; readonly lastRelease: number },
): DecisionJudgement {
  const isProposer = person === proposal.proposedBy;
  if (decision === 'WITHDRAWN' && !isProposer) return 'only-the-proposer';
  if (decision !== 'WITHDRAWN' && isProposer) return 'second-person-required';
  if (proposal.state === decision && proposal.decidedBy === person) return 'repeated';
  if (proposal.state !== 'OPEN') return 'closed';
  if (decision === 'APPROVED' && proposal.baseRelease !== lastRelease) return 'superseded';
  return 'allowed';
}
