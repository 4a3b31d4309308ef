import type { DirectorySnapshot } from '@chappe/directory';
import { decide, withMarkingProfile } from '@chappe/policy';
import {
  completeDraft,
  computeRequestDigest,
  deriveId,
  deriveMessageId,
  draftFromJson,
  type Message,
  type MessageRequest,
  messageSchemaVersion,
} from '@chappe/schemas';
import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import type { Explanation } from '../domain/explain-decision.ts';

/** One reason, in both languages. */
export const explainedReason = Type.Object({
  code: Type.String(),
  ruleId: Type.Optional(Type.String()),
  correspondent: Type.Optional(
    Type.String({ description: 'Whom it is about: the suspended one for which another stands in.' }),
  ),
  fr: Type.String(),
  en: Type.String(),
});

const inWords = { fr: Type.String(), en: Type.String() };

const withholding = Type.Object({
  path: Type.String(),
  code: Type.String(),
  ...inWords,
  source: Type.Object(inWords, { description: 'Where the rule comes from.' }),
});

const explanation = Type.Object(
  {
    outcome: Type.Union([Type.Literal('ACCEPTED'), Type.Literal('REFUSED'), Type.Literal('HELD')]),
    reason: Type.Union([explainedReason, Type.Null()]),
    directoryRelease: Type.Integer(),
    correspondents: Type.Array(
      Type.Object({
        correspondent: Type.String(),
        nameFr: Type.String(),
        nameEn: Type.String(),
        role: Type.String(),
        withheld: Type.Array(withholding),
        reasons: Type.Array(explainedReason),
      }),
    ),
    others: Type.Optional(
      Type.Integer({
        description: 'How many more a follow-up reaches, to whom desks passed its original on.',
      }),
    ),
    notServed: Type.Array(
      Type.Object({ correspondent: Type.String(), reasons: Type.Array(explainedReason) }),
    ),
  },
  { title: 'RoutingExplanation' },
);

/** What explaining needs. */
export interface ExplainPorts {
  readonly explain: (message: Message, directory: DirectorySnapshot) => Promise<Explanation>;
  readonly directory: () => DirectorySnapshot | undefined;
  readonly nowMs: () => number;
}

/** `POST /v1/routing/explain`: who would get this message, in which form, and why. */
export function registerExplain(app: HttpServer, ports: ExplainPorts): void {
  app.post<{ Body: MessageRequest; Reply: Explanation }>(
    '/v1/routing/explain',
    {
      config: { action: 'routing.explain' },
      schema: {
        operationId: 'explainRouting',
        summary: 'Who would get this message, in which form, and why. Nothing is sent or recorded.',
        tags: ['routing'],
        body: { $ref: 'MessageRequest#' },
        response: { 200: explanation },
      },
    },
    async (request) => {
      const { subject, body } = request;
      const directory = ports.directory();
      if (directory === undefined) {
        throw new Problem('unavailable', { detail: 'The directory is not loaded yet.', retryAfterS: 2 });
      }
      const nowMs = ports.nowMs();
      const message = messageOf(body, subject.correspondent, nowMs);
      const { classification, status } = message;
      const verdict = decide(
        subject,
        'routing.explain',
        { kind: 'submission', classification, status },
        { nowMs },
      );
      if (verdict.effect === 'deny') throw new Problem('forbidden');
      return await ports.explain(message, directory);
    },
  );
}

/** The message as ingest would write it; what ingest alone sets plays no part in routing. */
function messageOf(request: MessageRequest, correspondent: string, receivedAt: number): Message {
  const requestDigest = computeRequestDigest(correspondent, request);
  const messageId =
    typeof request.submissionId === 'string'
      ? deriveMessageId(correspondent, request.submissionId)
      : deriveId('explained', correspondent, requestDigest);
  return completeDraft(withMarkingProfile(draftFromJson(request)), {
    correspondent,
    messageId,
    requestDigest,
    receivedAt,
    reference: '',
    actor: null,
    releasedBy: null,
    releasedAt: null,
    retainUntil: null,
    traceId: null,
    schemaVersion: messageSchemaVersion,
    withheld: [],
  });
}
