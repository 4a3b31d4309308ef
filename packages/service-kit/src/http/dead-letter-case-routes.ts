import type { Subject } from '@chappe/policy';
import { Type } from 'typebox';
import { Problem } from '../problems/problem.ts';
import type { DeadLetterPorts } from './dead-letter-ports.ts';
import {
  beforeField,
  caseActField,
  caseIdField,
  caseIdsField,
  caseStateField,
  caseView,
  distinctLetters,
  isOutage,
  lettersField,
  limitField,
  placeFields,
  reachable,
  reasonField,
  requiredReason,
  showCase,
} from './dead-letter-shapes.ts';
import type { HttpServer } from './http-server-options.ts';

const tags = ['operations'];
const nullableCase = Type.Union([caseIdField, Type.Null()]);
const decisions = { APPROVE: 'APPROVED', REJECT: 'REJECTED', WITHDRAW: 'WITHDRAWN' } as const;

/**
 * Giving a dead letter up, or taking one up again: one person proposes it with a reason, another decides. It
 * closes the case; Kafka's topic is left as it is, and what was closed can be told for good.
 */
export function registerDeadLetterCaseRoutes(
  app: HttpServer,
  path: string,
  { desk, cases }: Pick<DeadLetterPorts, 'desk' | 'cases'>,
): void {
  app.post(
    `${path}/cases`,
    {
      config: { action: 'dead-letter.discard' },
      bodyLimit: 16 * 1024,
      schema: {
        summary: 'Propose that dead letters be discarded, or reinstated; another person decides',
        tags,
        body: Type.Object(
          { act: caseActField, reason: reasonField, letters: lettersField },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                group: Type.String(),
                ...placeFields,
                result: Type.String(),
                caseId: nullableCase,
              }),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { act } = request.body;
      const actor = actorOf(request.subject, request.traceId);
      const reason = requiredReason(request.body.reason);
      const letters = distinctLetters(request.body.letters);
      // What is taken up again may be gone from Kafka: the case of its discard knows it.
      const found = act === 'DISCARD' ? await reachable(desk.find(letters)) : [];
      const items = [];
      for (const [index, letter] of letters.entries()) {
        const facts = found[index] ?? null;
        const outcome = await orNotNow(cases.propose({ act, letter, facts, actor, reason }), {
          result: 'NOT_NOW',
          caseId: null,
        });
        items.push({ ...letter, ...outcome });
      }
      return { items };
    },
  );

  app.post(
    `${path}/cases/decisions`,
    {
      config: { action: 'dead-letter.discard' },
      bodyLimit: 16 * 1024,
      schema: {
        summary: 'Approve or reject what another person proposed, or withdraw an own proposal',
        tags,
        body: Type.Object(
          {
            decision: Type.Union([Type.Literal('APPROVE'), Type.Literal('REJECT'), Type.Literal('WITHDRAW')]),
            reason: reasonField,
            cases: caseIdsField,
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            items: Type.Array(Type.Object({ caseId: caseIdField, result: Type.String() })),
          }),
        },
      },
    },
    async (request) => {
      const { body, subject, traceId } = request;
      const actor = actorOf(subject, traceId);
      const decision = decisions[body.decision];
      // Whoever approves may say why; whoever rejects must.
      const reason = decision === 'REJECTED' ? requiredReason(body.reason) : body.reason?.trim() || null;
      const items = [];
      for (const caseId of body.cases) {
        items.push({
          caseId,
          result: await orNotNow(cases.decide({ id: caseId, decision, actor, reason }), 'NOT_NOW'),
        });
      }
      return { items };
    },
  );

  app.get(
    `${path}/cases`,
    {
      config: { action: 'dead-letter.list' },
      schema: {
        summary:
          'What was asked to be discarded or reinstated, by whom and why, and who decided; newest first',
        tags,
        querystring: Type.Object(
          { state: Type.Optional(caseStateField), limit: limitField, before: beforeField },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ items: Type.Array(caseView), next: Type.Optional(caseIdField) }) },
      },
    },
    async ({ query }) => {
      const { state, before } = query;
      const limit = query.limit ?? 50;
      const found = await reachable(
        cases.list({
          limit,
          ...(state === undefined ? {} : { state }),
          ...(before === undefined ? {} : { before }),
        }),
      );
      const items = found.map(showCase);
      const last = found.length < limit ? undefined : found.at(-1);
      return last === undefined ? { items } : { items, next: last.id };
    },
  );
}

/** Two persons answer for it: a system, or whoever holds its key, is none. */
function actorOf(subject: Subject, traceId: string) {
  if (subject.kind !== 'PERSON') throw new Problem('person-required');
  return {
    subject: subject.id,
    correspondent: subject.correspondent,
    roles: [...new Set(subject.grants.map(({ role }) => role))].sort(),
    directoryRelease: subject.directoryRelease,
    traceId,
  };
}

/** A store that goes away between two of them leaves the answers of the others standing. */
async function orNotNow<T, N>(work: Promise<T>, notNow: N): Promise<T | N> {
  try {
    return await work;
  } catch (cause) {
    if (!isOutage(cause)) throw cause;
    return notNow;
  }
}
