import { randomUUID } from 'node:crypto';
import { readEntries } from '@chappe/directory';
import type { Subject } from '@chappe/policy';
import { type Client, enqueueOutbox, inTransaction, type Pool } from '@chappe/postgres';
import { auditTopic, encode } from '@chappe/schemas';
import { type AdministrativeAct, describeAct } from '../domain/describe-act.ts';
import { type DecisionJudgement, judgeDecision, type ProposalDecision } from '../domain/judge-decision.ts';
import type { ProposalFinding } from '../domain/judge-proposal.ts';
import { planRelease } from '../domain/plan-release.ts';
import type { Proposal } from '../domain/proposal.ts';
import { tooFewAdministrators } from '../domain/require-administrators.ts';
import { endProposal, findProposal, readContent } from './postgres-proposals.ts';
import { insertRelease, type LastRelease, lockReleases } from './postgres-releases.ts';

/** What somebody says of a proposal. */
export interface SpokenDecision {
  readonly proposalId: string;
  readonly decision: ProposalDecision;
  readonly subject: Subject;
  readonly reason: string | null;
  readonly traceId: string;
}

/** What came of it. */
export type DecisionOutcome =
  | { readonly status: 'decided'; readonly proposal: Proposal }
  | { readonly status: 'not-found' }
  | { readonly status: Exclude<DecisionJudgement, 'allowed' | 'repeated'>; readonly proposal: Proposal }
  | { readonly status: 'not-sound'; readonly findings: readonly ProposalFinding[] };

/** What deciding needs. */
export interface DecisionPorts {
  readonly pool: Pool;
  readonly issuer: string;
  /** A release waits to be published. */
  onReleased(): void;
  nudgeRelay(): void;
  nowMs(): number;
}

const acts = { APPROVED: 'approve', REJECTED: 'reject', WITHDRAWN: 'withdraw' } as const;

/**
 * Ends a proposal. An approval makes the release in the same transaction: a crash before its end leaves nothing,
 * after it a release that is published as soon as somebody looks. That a proposer tried to decide on its own
 * proposal is recorded too.
 */
export async function decideProposal(spoken: SpokenDecision, ports: DecisionPorts): Promise<DecisionOutcome> {
  const outcome = await inTransaction(ports.pool, (client) => decide(client, spoken, ports));
  ports.nudgeRelay();
  if (outcome.status === 'decided' && spoken.decision === 'APPROVED') ports.onReleased();
  return outcome;
}

async function decide(
  client: Client,
  spoken: SpokenDecision,
  { issuer, nowMs }: DecisionPorts,
): Promise<DecisionOutcome> {
  const { proposalId, decision, subject } = spoken;
  const last = await lockReleases(client);
  const proposal = await findProposal(client, proposalId, 'lock');
  if (proposal === undefined) return { status: 'not-found' };
  const lastRelease = last?.manifest.number ?? 0;
  const judgement = judgeDecision(proposal, decision, { person: subject.id, lastRelease });
  const atMs = nowMs();
  if (judgement === 'repeated') return { status: 'decided', proposal };
  if (judgement !== 'allowed') {
    if (judgement === 'second-person-required') await record(client, spoken, [proposalId], 'DENIED', atMs);
    return { status: judgement, proposal };
  }
  const release =
    decision === 'APPROVED' ? await makeRelease(client, { spoken, proposal, last, issuer, atMs }) : null;
  if (release !== null && release.status === 'not-sound') return release;
  await endProposal(client, {
    proposalId,
    state: decision,
    decidedBy: subject.id,
    decidedAtMs: atMs,
    decisionReason: spoken.reason,
    release: release?.number ?? null,
  });
  const ids = release === null ? [proposalId] : [proposalId, `release/${release.number}`];
  await record(client, spoken, ids, 'ANSWERED', atMs);
  const ended = await findProposal(client, proposalId);
  if (ended === undefined) throw new Error('a proposal that was just decided is there');
  return { status: 'decided', proposal: ended };
}

/** Judges once more what is approved: days may have passed, and a grant or the second administrator with them. */
async function makeRelease(
  client: Client,
  {
    spoken,
    proposal,
    last,
    issuer,
    atMs,
  }: {
    readonly spoken: SpokenDecision;
    readonly proposal: Proposal;
    readonly last: LastRelease | null;
    readonly issuer: string;
    readonly atMs: number;
  },
): Promise<
  { readonly status: 'new'; readonly number: number } | Extract<DecisionOutcome, { status: 'not-sound' }>
> {
  const content = await readContent(client, proposal.proposalId);
  if (content === undefined || last === null)
    throw new Error('an open proposal has its content and its base');
  const entries = readEntries(content, issuer);
  const lonely = tooFewAdministrators(entries, atMs);
  if (lonely !== null) {
    return {
      status: 'not-sound',
      findings: [{ code: 'too-few-administrators', pointer: '', detail: lonely }],
    };
  }
  const plan = planRelease(last.manifest, entries, {
    proposedBy: proposal.proposedBy,
    approvedBy: spoken.subject.id,
    approvedAtMs: atMs,
    demonstration: last.manifest.demonstration,
  });
  if (plan.status === 'refused') {
    const findings = plan.problems.map(({ code, key, pointer, detail }) => ({
      code,
      pointer: `proposal:${pointer}`,
      detail: `${key}: ${detail}`,
    }));
    return { status: 'not-sound', findings };
  }
  if (plan.status === 'unchanged') throw new Error('a proposal differs from its base');
  await insertRelease(client, plan);
  return { status: 'new', number: plan.manifest.number };
}

async function record(
  client: Client,
  { decision, subject, reason, traceId }: SpokenDecision,
  resourceIds: readonly string[],
  outcome: AdministrativeAct['outcome'],
  atMs: number,
): Promise<void> {
  const entry = describeAct({
    auditId: randomUUID(),
    atMs,
    subject,
    act: acts[decision],
    resourceKind: 'directory-proposal',
    resourceIds,
    contentDigest: null,
    reason,
    outcome,
    traceId,
  });
  await enqueueOutbox(client, [
    { topic: auditTopic, key: entry.subject, value: encode('AuditEntry', entry) },
  ]);
}
