import { Type } from 'typebox';
import { Problem } from '../problems/problem.ts';
import { registerDeadLetterCaseRoutes } from './dead-letter-case-routes.ts';
import type { DeadLetterPorts } from './dead-letter-ports.ts';
import {
  beforeField,
  distinctLetters,
  letterHistoryView,
  lettersField,
  limitField,
  placeFields,
  reachable,
  reasonField,
  replayView,
  requiredReason,
  showCase,
  showLetter,
  showReplay,
  standingLetterView,
} from './dead-letter-shapes.ts';
import type { HttpServer } from './http-server-options.ts';

const tags = ['operations'];
const outcome = Type.Object({
  group: Type.String(),
  ...placeFields,
  result: Type.String(),
  code: Type.Union([Type.String(), Type.Null()]),
});
const mostOfOneLetter = 100;

/**
 * What an operator sees and does about the dead letters of a service: where they are and why, never what they
 * say; bringing them back, with a reason; and giving them up, with a second person.
 */
export function registerDeadLetterRoutes(app: HttpServer, ports: DeadLetterPorts): void {
  const path = `/v1/operations/${ports.service}/dead-letters`;
  const oneOfOurs = Type.Union(ports.groups.map((group) => Type.Literal(group)));

  app.get(
    path,
    {
      config: { action: 'dead-letter.list' },
      schema: {
        summary: 'The dead letters of this service, newest first: headers only, and what has become of each',
        tags,
        querystring: Type.Object(
          {
            group: Type.Optional(oneOfOurs),
            limit: limitField,
            cursor: Type.Optional(Type.String({ maxLength: 2_000 })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ items: Type.Array(standingLetterView), next: Type.Optional(Type.String()) }),
        },
      },
    },
    async ({ query }) => {
      const { group, cursor } = query;
      const page = await reachable(
        ports.desk.list({
          limit: query.limit ?? 50,
          ...(group === undefined ? {} : { group }),
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
      if (page === undefined) throw new Problem('invalid-cursor', { detail: 'Start again without it.' });
      const standings = await reachable(
        ports.cases.standings(page.items.map((each) => ({ ...each, atMs: each.deadAtMs }))),
      );
      const items = page.items.map((each, index) => ({
        ...showLetter(each),
        state: standings[index]?.state ?? 'OPEN',
        openCase: standings[index]?.openCase ?? null,
      }));
      return page.next === null ? { items } : { items, next: page.next };
    },
  );

  app.get(
    `${path}/letters/:group/:partition/:offset`,
    {
      config: { action: 'dead-letter.list' },
      schema: {
        summary:
          'One dead letter: what became of it, who tried what and why, also when Kafka no longer has it',
        tags,
        params: Type.Object({ group: oneOfOurs, ...placeFields }),
        response: { 200: letterHistoryView },
      },
    },
    async ({ params }) => {
      const { group, partition, offset } = params;
      const named = { group, partition, offset };
      const [letter = null] = await reachable(ports.desk.find([named]));
      const [replays, cases] = await reachable(
        Promise.all([
          ports.journal.list({ limit: mostOfOneLetter, letter: named }),
          ports.cases.list({ limit: mostOfOneLetter, letter: named }),
        ]),
      );
      const atMs = letter?.deadAtMs ?? cases[0]?.deadAtMs;
      if (atMs === undefined && replays.length === 0) throw new Problem('not-found');
      const [standing] =
        atMs === undefined ? [] : await reachable(ports.cases.standings([{ ...named, atMs }]));
      return {
        ...named,
        state: standing?.state ?? 'OPEN',
        openCase: standing?.openCase ?? null,
        letter: letter === null ? null : showLetter(letter),
        replays: replays.map(showReplay),
        cases: cases.map(showCase),
      };
    },
  );

  app.post(
    `${path}/replays`,
    {
      config: { action: 'dead-letter.replay' },
      bodyLimit: 16 * 1024,
      schema: {
        summary: 'Apply dead letters again, with the bytes that they hold',
        tags,
        body: Type.Object({ reason: reasonField, letters: lettersField }, { additionalProperties: false }),
        response: { 200: Type.Object({ items: Type.Array(outcome) }) },
      },
    },
    async (request) => {
      const { subject, body } = request;
      const letters = distinctLetters(body.letters);
      const outcomes = await reachable(
        ports.desk.replay({
          letters,
          subject: subject.id,
          correspondent: subject.correspondent,
          reason: requiredReason(body.reason),
          traceId: request.traceId,
        }),
      );
      return {
        items: letters.map((each, index) => ({
          ...each,
          result: outcomes[index]?.result ?? 'NOT_NOW',
          code: outcomes[index]?.code ?? null,
        })),
      };
    },
  );

  app.get(
    `${path}/replays`,
    {
      config: { action: 'dead-letter.list' },
      schema: {
        summary: 'Who replayed what, when and why, and what came of it; newest first',
        tags,
        querystring: Type.Object({ limit: limitField, before: beforeField }, { additionalProperties: false }),
        response: { 200: Type.Object({ items: Type.Array(replayView) }) },
      },
    },
    async ({ query }) => {
      const { before } = query;
      const found = await reachable(
        ports.journal.list({ limit: query.limit ?? 50, ...(before === undefined ? {} : { before }) }),
      );
      return { items: found.map(showReplay) };
    },
  );

  registerDeadLetterCaseRoutes(app, path, ports);
}
