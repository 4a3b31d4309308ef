import type { DirectoryFile, EntryChange } from '@chappe/directory';
import { isUuidV7 } from '@chappe/schemas';
import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import type { ProposalDecision } from '../domain/judge-decision.ts';
import type { Proposal, ProposalState, ProposedContent } from '../domain/proposal.ts';
import {
  decisionRequest,
  proposalBounds,
  proposalChanges,
  proposalRequest,
  proposalView,
  proposalWithDifferences,
} from './http-proposal-schemas.ts';
import type { DecisionOutcome, SpokenDecision } from './postgres-decide-proposal.ts';
import type { ReadProposal } from './postgres-read-proposal.ts';
import type { Submission, SubmissionOutcome } from './postgres-submit-proposal.ts';
import { problemOfDecision, problemOfSubmission } from './proposal-problems.ts';

/** What the routes about proposals are served from. */
export interface ProposalPorts {
  submit(submission: Submission): Promise<SubmissionOutcome>;
  decide(spoken: SpokenDecision): Promise<DecisionOutcome>;
  read(proposalId: string): Promise<ReadProposal | undefined>;
  list(query: {
    readonly state: ProposalState | null;
    readonly limit: number;
    readonly before: string | null;
  }): Promise<readonly Proposal[]>;
}

const shortestReason = 3;
const path = '/v1/directory/proposals';
const tags = ['directory administration'];
const uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
const named = Type.Object({ proposalId: uuid });

/** Proposals of a next release: made, read, approved or rejected by a second person, withdrawn by the first. */
export function registerProposalRoutes(app: HttpServer, ports: ProposalPorts): void {
  app.post(
    path,
    {
      config: { action: 'directory.administer', json: proposalBounds.json },
      bodyLimit: proposalBounds.bodyBytes,
      schema: {
        summary: 'Propose a next release: files, changes of single entries, or an older content again',
        tags,
        body: proposalRequest,
        response: { 200: proposalWithDifferences, 201: proposalWithDifferences },
      },
    },
    async (request, reply) => {
      const { subject, body, traceId } = request;
      if (!isUuidV7(body.submissionId)) throw invalid('/submissionId', 'must be a UUIDv7');
      const outcome = await ports.submit({
        submissionId: body.submissionId,
        subject,
        baseRelease: body.baseRelease,
        reason: reasonOf(body.reason),
        content: contentOf(body),
        traceId,
      });
      if (!('proposal' in outcome)) throw problemOfSubmission(outcome);
      reply.code(outcome.status === 'proposed' ? 201 : 200);
      return await shown(ports, outcome.proposal.proposalId);
    },
  );

  app.get(
    path,
    {
      config: { action: 'directory.review' },
      schema: {
        summary: 'Proposals, the latest first',
        tags,
        querystring: Type.Object(
          {
            state: Type.Optional(proposalView.properties.state),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
            before: Type.Optional(uuid),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ items: Type.Array(proposalView), next: Type.Optional(Type.String()) }),
        },
      },
    },
    async ({ query }) => {
      const limit = query.limit ?? 50;
      const found = await ports.list({ state: query.state ?? null, limit, before: query.before ?? null });
      const last = found.length < limit ? undefined : found.at(-1);
      const items = found.map(showProposal);
      return last === undefined ? { items } : { items, next: last.proposalId };
    },
  );

  app.get(
    `${path}/:proposalId`,
    {
      config: { action: 'directory.review' },
      schema: {
        summary: 'A proposal, and in words what it changes',
        tags,
        params: named,
        response: { 200: proposalWithDifferences },
      },
    },
    async ({ params }) => shown(ports, params.proposalId),
  );

  app.get(
    `${path}/:proposalId/changes`,
    {
      config: { action: 'directory.review' },
      schema: {
        summary: 'All that a proposal changes, in a form that can be proposed or rehearsed',
        tags,
        params: named,
        response: { 200: proposalChanges },
      },
    },
    async ({ params }) => {
      const found = await ports.read(params.proposalId);
      if (found === undefined) throw new Problem('not-found');
      return { baseRelease: found.proposal.baseRelease, changes: [...found.changes] };
    },
  );

  const decisions = [
    ['approval', 'APPROVED', 'Approve a proposal of somebody else: it becomes the next release'],
    ['rejection', 'REJECTED', 'Reject a proposal of somebody else, with a reason'],
    ['withdrawal', 'WITHDRAWN', 'Withdraw an own proposal'],
  ] as const;
  for (const [name, decision, summary] of decisions) {
    app.post(
      `${path}/:proposalId/${name}`,
      {
        config: { action: 'directory.administer' },
        bodyLimit: 4 * 1024,
        schema: {
          summary,
          tags,
          params: named,
          body: decisionRequest,
          response: { 200: proposalView },
        },
      },
      async (request) => {
        const { subject, body, params, traceId } = request;
        const reason = spokenReason(decision, body.reason);
        const { proposalId } = params;
        const outcome = await ports.decide({ proposalId, decision, subject, reason, traceId });
        if (outcome.status !== 'decided') throw problemOfDecision(outcome);
        return showProposal(outcome.proposal);
      },
    );
  }
}

async function shown(ports: ProposalPorts, proposalId: string) {
  const found = await ports.read(proposalId);
  if (found === undefined) throw new Problem('not-found');
  const items = found.differences.slice(0, proposalBounds.shownDifferences).map(showDifference);
  return { ...showProposal(found.proposal), items };
}

function showDifference({ fields, ...rest }: ReadProposal['differences'][number]) {
  return { ...rest, fields: fields.map((field) => ({ ...field })) };
}

function showProposal(proposal: Proposal) {
  return {
    proposalId: proposal.proposalId,
    state: proposal.state,
    kind: proposal.kind,
    baseRelease: proposal.baseRelease,
    rollForwardTo: proposal.rollForwardTo,
    reason: proposal.reason,
    proposedBy: proposal.proposedBy,
    proposedAt: new Date(proposal.proposedAtMs).toISOString(),
    decidedBy: proposal.decidedBy,
    decidedAt: proposal.decidedAtMs === null ? null : new Date(proposal.decidedAtMs).toISOString(),
    decisionReason: proposal.decisionReason,
    release: proposal.release,
    differences: proposal.differences,
  };
}

function contentOf({
  files,
  changes,
  rollForwardTo,
}: {
  readonly files?: readonly DirectoryFile[];
  readonly changes?: readonly EntryChange[];
  readonly rollForwardTo?: number;
}): ProposedContent {
  const given: ProposedContent[] = [
    ...(files === undefined ? [] : [{ kind: 'FILES' as const, files }]),
    ...(changes === undefined ? [] : [{ kind: 'CHANGES' as const, changes }]),
    ...(rollForwardTo === undefined ? [] : [{ kind: 'ROLL_FORWARD' as const, release: rollForwardTo }]),
  ];
  const [only, another] = given;
  if (only !== undefined && another === undefined) return only;
  throw invalid('', 'give exactly one of files, changes and rollForwardTo');
}

/** Whoever approves may say why; whoever rejects must. */
function spokenReason(decision: ProposalDecision, text: string | undefined): string | null {
  if (decision === 'REJECTED') return reasonOf(text);
  return (text ?? '').trim() || null;
}

function reasonOf(text: string | undefined): string {
  const given = (text ?? '').trim();
  if (given.length >= shortestReason) return given;
  throw new Problem('reason-required', {
    detail: `Say why in the field reason, in at least ${shortestReason} characters; it is kept for good.`,
  });
}

function invalid(pointer: string, detail: string): Problem {
  return new Problem('invalid-value', { detail, errors: [{ pointer, code: 'invalid-value', detail }] });
}
