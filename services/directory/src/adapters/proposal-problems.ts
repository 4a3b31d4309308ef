import { Problem } from '@chappe/service-kit';
import type { ProposalFinding } from '../domain/judge-proposal.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { DecisionOutcome } from './postgres-decide-proposal.ts';
import type { SubmissionOutcome } from './postgres-submit-proposal.ts';

/** The answer to a submission that became no proposal. */
export function problemOfSubmission(
  outcome: Exclude<SubmissionOutcome, { readonly proposal: Proposal }>,
): Problem {
  switch (outcome.status) {
    case 'conflict':
      return new Problem('submission-conflict', {
        detail: 'This submissionId was used for another proposal: give each its own.',
      });
    case 'nothing-changes':
      return new Problem('nothing-changes', { detail: 'The release in force holds all of this already.' });
    case 'superseded':
      return new Problem('release-superseded', {
        detail: `The last release is ${outcome.lastRelease}: compare with it and propose again on it.`,
      });
    case 'too-many-open':
      return new Problem('too-many-proposals', {
        detail: `${outcome.most} proposals are open: decide on some, or withdraw them.`,
      });
    default:
      return notSound(outcome.findings);
  }
}

/** The answer to a decision that was not taken. */
export function problemOfDecision(outcome: Exclude<DecisionOutcome, { status: 'decided' }>): Problem {
  switch (outcome.status) {
    case 'not-found':
      return new Problem('not-found');
    case 'second-person-required':
      return new Problem('second-person-required', {
        detail: 'You proposed it: another directory administrator decides on it. You may withdraw it.',
      });
    case 'only-the-proposer':
      return new Problem('forbidden', {
        detail: 'Only its proposer withdraws a proposal: reject it instead.',
      });
    case 'closed':
      return new Problem('proposal-closed', { detail: `It is ${outcome.proposal.state} already.` });
    case 'superseded':
      return new Problem('release-superseded', {
        detail: `It was written on release ${outcome.proposal.baseRelease}, and another has come since: have it proposed again.`,
      });
    default:
      return notSound(outcome.findings);
  }
}

function notSound(findings: readonly ProposalFinding[]): Problem {
  const [first] = findings;
  const others = findings.length - 1;
  const more = others > 0 ? ` ${others} more in errors.` : '';
  return new Problem('directory-not-sound', {
    detail: `${first?.detail ?? ''}${more}`,
    errors: findings.map((finding) => ({ ...finding })),
  });
}
