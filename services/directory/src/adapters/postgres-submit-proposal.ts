import { createHash, randomUUID } from 'node:crypto';
import { diffReleases, writeEntries } from '@chappe/directory';
import type { Subject } from '@chappe/policy';
import { enqueueOutbox, inTransaction, type Pool } from '@chappe/postgres';
import { auditTopic, canonicalJson, deriveId, encode } from '@chappe/schemas';
import { describeAct } from '../domain/describe-act.ts';
import { judgeProposal, type ProposalFinding } from '../domain/judge-proposal.ts';
import type { Proposal, ProposedContent } from '../domain/proposal.ts';
import { summariseDifferences } from '../domain/summarise-differences.ts';
import { countOpenProposals, findProposal, insertProposal, type KeptProposal } from './postgres-proposals.ts';
import { lockReleases, type ReleaseStore } from './postgres-releases.ts';

/** What is proposed, by whom and why. */
export interface Submission {
  /** UUIDv7 of the act of proposing: the same proposal under the same id is one proposal. */
  readonly submissionId: string;
  readonly subject: Subject;
  readonly baseRelease: number;
  readonly reason: string;
  readonly content: ProposedContent;
  readonly traceId: string;
}

/** What became of a submission. */
export type SubmissionOutcome =
  | { readonly status: 'proposed' | 'repeated'; readonly proposal: Proposal }
  | { readonly status: 'conflict' | 'nothing-changes' }
  | { readonly status: 'superseded'; readonly lastRelease: number }
  | { readonly status: 'too-many-open'; readonly most: number }
  | { readonly status: 'not-sound'; readonly findings: readonly ProposalFinding[] };

/** What submitting needs. */
export interface SubmissionPorts {
  readonly pool: Pool;
  readonly releases: Pick<ReleaseStore, 'entries'>;
  readonly issuer: string;
  readonly mostOpen: number;
  nudgeRelay(): void;
  nowMs(): number;
}

/**
 * Judges a proposal as the whole directory that it would be and keeps it for a second person. The judgement
 * happens before the transaction, on the release that the proposal names; the transaction makes sure that this
 * is still the last one, and leaves the audit entry with the proposal.
 */
export async function submitProposal(
  submission: Submission,
  ports: SubmissionPorts,
): Promise<SubmissionOutcome> {
  const { subject, baseRelease, content } = submission;
  const proposalId = deriveId('directory-proposal', subject.id, submission.submissionId);
  const requestDigest = digestOf(submission);
  const known = await findProposal(ports.pool, proposalId);
  if (known !== undefined) return judgeRepetition(known, requestDigest);

  const base = await ports.releases.entries(baseRelease);
  if (base === undefined) return { status: 'superseded', lastRelease: subject.directoryRelease };
  const nowMs = ports.nowMs();
  const isOlder = content.kind === 'ROLL_FORWARD' && content.release < baseRelease;
  const judged = judgeProposal(content, {
    base,
    older: isOlder ? await ports.releases.entries(content.release) : undefined,
    issuer: ports.issuer,
    nowMs,
  });
  if (judged.status === 'refused') return { status: 'not-sound', findings: judged.findings };
  const { entries } = judged;
  const differences = diffReleases(base, entries);
  if (differences.length === 0) return { status: 'nothing-changes' };

  const entry = describeAct({
    auditId: randomUUID(),
    atMs: nowMs,
    subject,
    act: 'propose',
    resourceKind: 'directory-proposal',
    resourceIds: [proposalId],
    contentDigest: requestDigest,
    reason: submission.reason,
    outcome: 'ANSWERED',
    traceId: submission.traceId,
  });
  const outcome = await inTransaction(ports.pool, async (client): Promise<SubmissionOutcome> => {
    const last = await lockReleases(client);
    const meanwhile = await findProposal(client, proposalId);
    if (meanwhile !== undefined) return judgeRepetition(meanwhile, requestDigest);
    const lastRelease = last?.manifest.number ?? 0;
    if (lastRelease !== baseRelease) return { status: 'superseded', lastRelease };
    if ((await countOpenProposals(client)) >= ports.mostOpen) {
      return { status: 'too-many-open', most: ports.mostOpen };
    }
    await insertProposal(client, {
      proposalId,
      requestDigest,
      kind: content.kind,
      baseRelease,
      rollForwardTo: content.kind === 'ROLL_FORWARD' ? content.release : null,
      reason: submission.reason,
      proposedBy: subject.id,
      proposedAtMs: nowMs,
      differences: differences.length,
      summary: summariseDifferences(differences),
      content: writeEntries(entries, ports.issuer),
    });
    await enqueueOutbox(client, [
      { topic: auditTopic, key: entry.subject, value: encode('AuditEntry', entry) },
    ]);
    const kept = await findProposal(client, proposalId);
    if (kept === undefined) throw new Error('a proposal that was just kept is there');
    return { status: 'proposed', proposal: kept };
  });
  if (outcome.status === 'proposed') ports.nudgeRelay();
  return outcome;
}

/** Its sender was perhaps not answered, or uses an id twice. */
function judgeRepetition(known: KeptProposal, requestDigest: string): SubmissionOutcome {
  return known.requestDigest === requestDigest
    ? { status: 'repeated', proposal: known }
    : { status: 'conflict' };
}

function digestOf({ baseRelease, reason, content }: Submission): string {
  return createHash('sha256').update(canonicalJson({ baseRelease, reason, content })).digest('hex');
}
