import { decide } from '@chappe/policy';
import type { MessageRequest } from '@chappe/schemas';
import { type BodyCheck, type HttpServer, languageOf, Problem, problemBody } from '@chappe/service-kit';
import { Type } from 'typebox';
import { identifySubmission } from '../domain/identify-submission.ts';
import type { Acknowledgement, SubmissionOutcome, SubmitMessage, SubmitRequest } from '../submit-message.ts';
import type { CorrespondentRateLimiter } from './correspondent-rate-limiter.ts';
import { problemOfIdentity, problemOfOutcome, rateLimited } from './describe-outcome.ts';
import type { ExplainRouting } from './http-routing-explanation.ts';

/** What the routes are made of. */
export interface MessageRoutePorts {
  readonly submit: SubmitMessage;
  readonly preview: (request: SubmitRequest) => Promise<SubmissionOutcome>;
  readonly explainRouting: ExplainRouting;
  /** Checks one item of a batch as the single route checks its body. */
  readonly checkRequest: BodyCheck;
  readonly limiter: CorrespondentRateLimiter;
  readonly publicUrl: string;
  readonly batchBodyLimitBytes: number;
  readonly nowMs: () => number;
}

const accepted = Type.Object(
  {
    messageId: Type.String({ format: 'uuid' }),
    reference: Type.String(),
    status: Type.String({
      format: 'uri',
      description: 'Where the fate of the message is told to its sender',
    }),
  },
  { description: 'All in-sync replicas have the message: this answer is the promise.' },
);
const dryRunQuery = Type.Object({ dryRun: Type.Optional(Type.Boolean()) }, { additionalProperties: false });
const dryRunAnswer = Type.Object({
  messageId: Type.String({ format: 'uuid' }),
  reference: Type.String(),
  wouldBeAccepted: Type.Literal(true),
  explanation: Type.Unknown(),
});
const batchBody = Type.Object(
  { messages: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 500 }) },
  { additionalProperties: false },
);
const batchAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      submissionId: Type.Union([Type.String(), Type.Null()]),
      status: Type.Integer({
        description: 'The status that the message alone would have been answered with',
      }),
      accepted: Type.Optional(accepted),
      problem: Type.Optional(Type.Unknown()),
    }),
  ),
});
/** Five hundred messages, each far above what a form produces. */
const batchJsonLimits = { maxDepth: 18, maxNodes: 400_000 };

/** `POST /v1/messages` and `POST /v1/messages/batch`. */
export function registerMessageRoutes(app: HttpServer, ports: MessageRoutePorts): void {
  const toAccepted = ({ messageId, reference, submissionId }: Acknowledgement) => ({
    messageId,
    reference,
    status: `${ports.publicUrl}/v1/sent/${messageId}?submissionId=${submissionId}`,
  });

  app.post(
    '/v1/messages',
    {
      config: { action: 'message.submit' },
      schema: {
        operationId: 'submitMessage',
        summary: 'Send a message, or ask with dryRun=true what would happen',
        description:
          'Give `submissionId` (UUIDv7) in the body or, quoted, in `Idempotency-Key`. Repeating the same body under the same id is always safe and yields the same answer.',
        tags: ['messages'],
        body: { $ref: 'MessageRequest#' },
        querystring: dryRunQuery,
        response: { 200: dryRunAnswer, 202: accepted },
      },
    },
    async (request, reply) => {
      // The route's schema has just been applied to the body.
      const body = request.body as MessageRequest;
      const submit = identify(body, request.headers['idempotency-key'], {
        subject: request.subject,
        traceId: request.traceId,
        nowMs: ports.nowMs(),
      });
      const language = languageOf(request.headers['accept-language']);
      if (request.query.dryRun === true) {
        const decision = decide(submit.subject, 'message.dry-run', null, { nowMs: ports.nowMs() });
        if (decision.effect === 'deny') throw new Problem('forbidden');
        const preview = await ports.preview(submit);
        if (preview.status !== 'acknowledged') throw problemOfOutcome(preview, language);
        const explanation = await ports.explainRouting(body, request.headers, request.traceId);
        const { messageId, reference } = preview.acknowledgement;
        return reply.code(200).send({ messageId, reference, wouldBeAccepted: true, explanation });
      }
      const waitMs = ports.limiter.take(submit.subject.correspondent, body.urgency, 1);
      if (waitMs > 0) throw rateLimited(waitMs);
      const outcome = await ports.submit(submit);
      if (outcome.status !== 'acknowledged') throw problemOfOutcome(outcome, language);
      return reply.code(202).send(toAccepted(outcome.acknowledgement));
    },
  );

  app.post(
    '/v1/messages/batch',
    {
      config: { action: 'message.submit', json: batchJsonLimits },
      bodyLimit: ports.batchBodyLimitBytes,
      schema: {
        operationId: 'submitMessages',
        summary: 'Send up to 500 messages; each has its own answer',
        description:
          'Each item is a body of `POST /v1/messages` with its `submissionId`, and is answered as if sent alone, at its place.',
        tags: ['messages'],
        body: batchBody,
        response: { 200: batchAnswer },
      },
    },
    async (request, reply) => {
      const { messages } = request.body;
      const { subject, traceId } = request;
      const waitMs = waitFor(ports.limiter, subject.correspondent, messages);
      if (waitMs > 0) throw rateLimited(waitMs);
      const language = languageOf(request.headers['accept-language']);
      const nowMs = ports.nowMs();
      const items = await Promise.all(
        messages.map(async (message) => {
          const submissionId = submissionIdOf(message);
          try {
            const invalid = ports.checkRequest(message);
            if (invalid !== undefined) throw invalid;
            const submit = identify(message as MessageRequest, undefined, { subject, traceId, nowMs });
            const outcome = await ports.submit(submit);
            if (outcome.status !== 'acknowledged') throw problemOfOutcome(outcome, language);
            return { submissionId, status: 202, accepted: toAccepted(outcome.acknowledgement) };
          } catch (error) {
            const problem =
              error instanceof Problem ? error : new Problem('internal-error', { cause: error });
            if (problem.code === 'internal-error')
              app.log.error({ traceId, err: error }, 'batch item failed');
            return {
              submissionId,
              status: problem.statusCode,
              problem: problemBody(problem, { traceId, language }),
            };
          }
        }),
      );
      return reply.send({ items });
    },
  );
}

function identify(
  request: MessageRequest,
  idempotencyKey: string | string[] | undefined,
  { nowMs, ...caller }: Pick<SubmitRequest, 'subject' | 'traceId'> & { nowMs: number },
): SubmitRequest {
  const identity = identifySubmission({
    submissionId: request.submissionId,
    idempotencyKey: Array.isArray(idempotencyKey) ? idempotencyKey.join(',') : idempotencyKey,
    nowMs,
  });
  if (identity.status === 'refused') throw problemOfIdentity(identity);
  return { request, submissionId: identity.submissionId, ...caller };
}

/** Flash messages of a batch count apart from its others, as everywhere. */
function waitFor(
  limiter: CorrespondentRateLimiter,
  correspondent: string,
  messages: readonly unknown[],
): number {
  const flashes = messages.filter((message) => memberOf(message, 'urgency') === 'FLASH').length;
  const waits = [
    flashes > 0 ? limiter.take(correspondent, 'FLASH', flashes) : 0,
    messages.length > flashes ? limiter.take(correspondent, 'OTHER', messages.length - flashes) : 0,
  ];
  return Math.max(...waits);
}

function submissionIdOf(message: unknown): string | null {
  const submissionId = memberOf(message, 'submissionId');
  return typeof submissionId === 'string' && submissionId.length <= 36 ? submissionId : null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
