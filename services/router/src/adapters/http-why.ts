import type { DirectorySnapshot } from '@chappe/directory';
import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import type { Absence, AbsenceQuestion } from '../domain/explain-absence.ts';
import { explainedReason } from './http-explain.ts';

const absence = Type.Object(
  {
    messageId: Type.String(),
    correspondent: Type.String(),
    seenFrom: Type.Union([Type.Literal('SENDER'), Type.Literal('COPY')]),
    answer: Type.Union([
      Type.Literal('SERVED'),
      Type.Literal('NOTICED'),
      Type.Literal('NOT_SERVED'),
      Type.Literal('NOT_CONCERNED'),
      Type.Literal('REFUSED'),
      Type.Literal('SPOKEN_FOR'),
      Type.Literal('RESTRICTED'),
    ]),
    role: Type.Union([Type.String(), Type.Null()]),
    directoryRelease: Type.Integer(),
    reasons: Type.Array(explainedReason),
  },
  { title: 'RoutingAbsence' },
);

/** What answering needs. */
export interface WhyPorts {
  readonly explainAbsence: (
    question: AbsenceQuestion,
    directory: DirectorySnapshot,
  ) => Promise<Absence | null>;
  readonly directory: () => DirectorySnapshot | undefined;
  readonly nowMs: () => number;
}

/** `GET /v1/routing/decisions/{messageId}/why`: why a correspondent got a message, or did not. */
export function registerWhy(app: HttpServer, ports: WhyPorts): void {
  app.get(
    '/v1/routing/decisions/:messageId/why',
    {
      config: { action: 'routing.why', onDeny: 'not-found' },
      schema: {
        operationId: 'explainAbsence',
        summary: 'Why a correspondent got a message, or did not',
        description:
          'The sender is answered from the decision, of those whom it may know. A desk that holds a copy is answered ' +
          'from what its copy shows under the directory in force: who was excluded, and who really has it, is not ' +
          'told. A message that is absent, or not yours to ask about, is `not-found`; a correspondent that is none ' +
          'of your business is NOT_CONCERNED.',
        tags: ['routing'],
        params: Type.Object(
          {
            messageId: Type.String({
              pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
            }),
          },
          { additionalProperties: false },
        ),
        querystring: Type.Object(
          { correspondent: Type.String({ pattern: '^[a-z]+:[A-Za-z0-9-]+$', minLength: 3, maxLength: 64 }) },
          { additionalProperties: false },
        ),
        response: { 200: absence },
      },
    },
    async (request, reply) => {
      const directory = ports.directory();
      if (directory === undefined) {
        throw new Problem('unavailable', { detail: 'The directory is not loaded yet.', retryAfterS: 2 });
      }
      const { messageId } = request.params;
      const { correspondent } = request.query;
      const question = { messageId, correspondent, subject: request.subject, nowMs: ports.nowMs() };
      const answer = await ports.explainAbsence(question, directory);
      if (answer === null) throw new Problem('not-found');
      return reply.header('cache-control', 'no-store').send({ ...answer, reasons: [...answer.reasons] });
    },
  );
}
