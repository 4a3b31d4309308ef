import { Type } from 'typebox';
import { Problem } from '../problems/problem.ts';
import type { HttpServer } from './http-server-options.ts';

interface Letter {
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
}

/** What the routes show and do; the desk of packages/kafka and the journal of packages/postgres fit. */
export interface DeadLetterPorts {
  readonly service: string;
  /** The consumer groups of this service. */
  readonly groups: readonly string[];
  readonly desk: {
    list(query: { group?: string; limit: number; cursor?: string }): Promise<
      | {
          readonly items: readonly (Letter & {
            readonly deadAtMs: number;
            readonly code: string | null;
            readonly sizeBytes: number;
            readonly original:
              | ({ readonly topic: string; readonly appendedAtMs: number } & Omit<Letter, 'group'>)
              | null;
          })[];
          readonly next: string | null;
        }
      | undefined
    >;
    replay(request: {
      letters: readonly Letter[];
      subject: string;
      correspondent: string;
      reason: string;
      traceId: string;
    }): Promise<readonly { readonly result: string; readonly code: string | null }[]>;
  };
  readonly journal: {
    list(query: { limit: number; before?: string }): Promise<
      readonly (Letter & {
        readonly id: string;
        readonly subject: string;
        readonly correspondent: string;
        readonly reason: string;
        readonly requestedAtMs: number;
        readonly endedAtMs: number | null;
        readonly result: string | null;
        readonly code: string | null;
      })[]
    >;
  };
}

const shortestReason = 3;
const mostAtOnce = 20;
const nullableText = Type.Union([Type.String(), Type.Null()]);
const time = Type.String({ format: 'date-time' });
const place = {
  partition: Type.Integer({ minimum: 0, maximum: 10_000 }),
  offset: Type.String({ pattern: '^(0|[1-9][0-9]{0,17})$' }),
};
const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 }));

const letter = Type.Object({
  group: Type.String(),
  ...place,
  deadAt: time,
  code: nullableText,
  sizeBytes: Type.Integer(),
  original: Type.Union([Type.Object({ topic: Type.String(), ...place, appendedAt: time }), Type.Null()]),
});
const replayRequest = Type.Object(
  {
    reason: Type.Optional(
      Type.String({ maxLength: 500, description: 'Why. Kept with the replay, for good.' }),
    ),
    letters: Type.Array(
      Type.Object(
        { group: Type.String({ minLength: 1, maxLength: 100 }), ...place },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: mostAtOnce },
    ),
  },
  { additionalProperties: false },
);
const outcome = Type.Object({ group: Type.String(), ...place, result: Type.String(), code: nullableText });
const recorded = Type.Object({
  id: Type.String(),
  group: Type.String(),
  ...place,
  subject: Type.String(),
  correspondent: Type.String(),
  reason: Type.String(),
  requestedAt: time,
  endedAt: Type.Union([time, Type.Null()]),
  result: nullableText,
  code: nullableText,
});

/**
 * What an operator sees and does about the dead letters of a service: where they are and why, never what they
 * say; and bringing them back, with a reason.
 */
export function registerDeadLetterRoutes(app: HttpServer, ports: DeadLetterPorts): void {
  const path = `/v1/operations/${ports.service}/dead-letters`;
  const tags = ['operations'];
  const oneOfOurs = Type.Union(ports.groups.map((group) => Type.Literal(group)));

  app.get(
    path,
    {
      config: { action: 'dead-letter.list' },
      schema: {
        summary: 'The dead letters of this service, newest first: headers only',
        tags,
        querystring: Type.Object(
          {
            group: Type.Optional(oneOfOurs),
            limit,
            cursor: Type.Optional(Type.String({ maxLength: 2_000 })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ items: Type.Array(letter), next: Type.Optional(Type.String()) }) },
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
      const items = page.items.map(({ deadAtMs, original, ...rest }) => ({
        ...rest,
        deadAt: new Date(deadAtMs).toISOString(),
        original: original === null ? null : shownOriginal(original),
      }));
      return page.next === null ? { items } : { items, next: page.next };
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
        body: replayRequest,
        response: { 200: Type.Object({ items: Type.Array(outcome) }) },
      },
    },
    async (request) => {
      const { subject, body } = request;
      const letters = distinct(body.letters);
      const outcomes = await reachable(
        ports.desk.replay({
          letters,
          subject: subject.id,
          correspondent: subject.correspondent,
          reason: reasonOf(body.reason),
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
        querystring: Type.Object(
          { limit, before: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,17}$' })) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ items: Type.Array(recorded) }) },
      },
    },
    async ({ query }) => {
      const { before } = query;
      const found = await reachable(
        ports.journal.list({ limit: query.limit ?? 50, ...(before === undefined ? {} : { before }) }),
      );
      const items = found.map(({ requestedAtMs, endedAtMs, ...rest }) => ({
        ...rest,
        requestedAt: new Date(requestedAtMs).toISOString(),
        endedAt: endedAtMs === null ? null : new Date(endedAtMs).toISOString(),
      }));
      return { items };
    },
  );
}

function shownOriginal({
  appendedAtMs,
  ...original
}: { appendedAtMs: number } & Omit<Letter, 'group'> & { topic: string }) {
  return { ...original, appendedAt: new Date(appendedAtMs).toISOString() };
}

/** The same letter named twice is one letter. */
function distinct(letters: readonly Letter[]): readonly Letter[] {
  return [
    ...new Map(letters.map((each) => [`${each.group}/${each.partition}/${each.offset}`, each])).values(),
  ];
}

function reasonOf(text: string | undefined): string {
  const given = (text ?? '').trim();
  if (given.length >= shortestReason) return given;
  throw new Problem('reason-required', {
    detail: `Say why in the field reason, in at least ${shortestReason} characters; it is kept with the replay.`,
  });
}

/** What the brokers or the database cannot do at the moment is no fault of the service: 503, and again later. */
async function reachable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const transient =
      cause instanceof Error &&
      (Reflect.get(cause, 'transient') === true || cause.name.startsWith('KafkaJS'));
    if (!transient) throw cause;
    throw new Problem('unavailable', { retryAfterS: 5, cause });
  }
}
