import {
  type DirectoryProblem,
  type DirectorySnapshot,
  type EntryChange,
  type EntryList,
  entryLists,
  releaseFile,
} from '@chappe/directory';
import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import type { PastPlace, RehearsedPart } from '../routing/rehearse-decisions.ts';

/** What rehearsing needs. */
export interface RehearsalPorts {
  directory(): DirectorySnapshot | undefined;
  /** The directory with changes, or what is wrong with them. */
  change(
    inForce: DirectorySnapshot,
    changes: readonly EntryChange[],
  ):
    | { readonly status: 'sound'; readonly snapshot: DirectorySnapshot }
    | { readonly status: 'refused'; readonly problems: readonly DirectoryProblem[] };
  rehearse(
    query: {
      readonly sinceMs: number;
      readonly before: PastPlace | null;
      readonly limit: number;
      readonly timeMs: number;
    },
    directories: { readonly inForce: DirectorySnapshot; readonly proposed: DirectorySnapshot },
  ): Promise<RehearsedPart>;
  count(sinceMs: number): Promise<number>;
}

const bodyBytes = 8 * 1024 * 1024;
const mostValues = 500_000;
const mostChanges = 20_000;
const mostDecisions = 1_000;
/** Well within what a client waits for. */
const timeMs = 4_000;

const rehearsalRequest = Type.Object(
  {
    baseRelease: Type.Integer({ minimum: 1, description: 'The release in force that the changes are for' }),
    changes: Type.Array(
      Type.Object(
        {
          list: Type.Unsafe<EntryList>({ type: 'string', enum: [...entryLists] }),
          key: Type.String({ minLength: 1, maxLength: 300 }),
          entry: Type.Optional(Type.Union([Type.Object({}, { additionalProperties: true }), Type.Null()])),
          set: Type.Optional(Type.Object({}, { additionalProperties: true })),
        },
        { additionalProperties: false },
      ),
      {
        maxItems: mostChanges,
        description: 'As GET /v1/directory/proposals/{proposalId}/changes shows them',
      },
    ),
    since: Type.String({ format: 'date-time', description: 'Decisions from then on' }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostDecisions, default: 500 })),
    cursor: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false },
);

const effect = { gained: Type.Integer(), lost: Type.Integer() };
const rehearsal = Type.Object(
  {
    directoryRelease: Type.Integer(),
    rehearsed: Type.Integer({ description: 'Decisions of this part' }),
    changed: Type.Integer({ description: 'Those of them that would have other recipients' }),
    skipped: Type.Integer({ description: 'Erased, or not readable' }),
    total: Type.Optional(Type.Integer({ description: 'Decisions since then; in the first part' })),
    correspondents: Type.Array(
      Type.Object({ correspondent: Type.String(), ...effect, altered: Type.Integer() }),
    ),
    rules: Type.Array(Type.Object({ ruleId: Type.String(), ...effect })),
    next: Type.Optional(Type.String({ description: 'Where the next part begins' })),
  },
  { title: 'Rehearsal' },
);

/**
 * `POST /v1/routing/rehearsals`: what changes of the directory would make of past decisions, part by part. It
 * answers in numbers, never with a message: whoever administers the directory sees no content.
 */
export function registerRehearse(app: HttpServer, ports: RehearsalPorts): void {
  let running = false;
  app.post(
    '/v1/routing/rehearsals',
    {
      config: { action: 'routing.rehearse', json: { maxDepth: 16, maxNodes: mostValues } },
      bodyLimit: bodyBytes,
      schema: {
        operationId: 'rehearseRouting',
        summary: 'How many past decisions would differ with these changes, by correspondent and by rule',
        tags: ['routing'],
        body: rehearsalRequest,
        response: { 200: rehearsal },
      },
    },
    async ({ body }) => {
      const inForce = ports.directory();
      if (inForce === undefined) {
        throw new Problem('unavailable', { detail: 'The directory is not loaded yet.', retryAfterS: 2 });
      }
      if (inForce.release !== body.baseRelease) {
        throw new Problem('release-superseded', { detail: `Release ${inForce.release} is in force here.` });
      }
      const before = body.cursor === undefined ? null : placeOf(body.cursor);
      // One at a time: the lanes share the processor with it.
      if (running) throw new Problem('rate-limited', { detail: 'A rehearsal is running.', retryAfterS: 1 });
      running = true;
      try {
        const changed = ports.change(inForce, body.changes);
        if (changed.status === 'refused') throw notSound(changed.problems);
        const sinceMs = Date.parse(body.since);
        const total = before === null ? { total: await ports.count(sinceMs) } : {};
        const limit = body.limit ?? 500;
        const part = await ports.rehearse(
          { sinceMs, before, limit, timeMs },
          { inForce, proposed: changed.snapshot },
        );
        return { directoryRelease: inForce.release, ...total, ...shown(part) };
      } finally {
        running = false;
      }
    },
  );
}

function shown({ correspondents, rules, next, ...counts }: RehearsedPart) {
  return {
    rehearsed: counts.rehearsed,
    changed: counts.changed,
    skipped: counts.skipped,
    correspondents: [...correspondents]
      .map(([correspondent, effects]) => ({ correspondent, ...effects }))
      .sort((a, b) => (a.correspondent < b.correspondent ? -1 : 1)),
    rules: [...rules]
      .map(([ruleId, effects]) => ({ ruleId, ...effects }))
      .sort((a, b) => (a.ruleId < b.ruleId ? -1 : 1)),
    ...(next === null ? {} : { next: `${next.decidedAtMs}.${next.messageId}` }),
  };
}

function placeOf(cursor: string): PastPlace {
  const [, decidedAt, messageId] =
    /^(\d{1,15})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor) ?? [];
  if (decidedAt === undefined || messageId === undefined) {
    throw new Problem('invalid-cursor', { detail: 'Start again without it.' });
  }
  return { decidedAtMs: Number(decidedAt), messageId };
}

function notSound(problems: readonly DirectoryProblem[]): Problem {
  const errors = problems.map(({ code, key, file, pointer, detail }) => ({
    code,
    pointer: file === releaseFile ? `${releaseFile}:${pointer}` : `/changes${pointer}`,
    detail: `${key}: ${detail}`,
  }));
  return new Problem('directory-not-sound', { detail: errors[0]?.detail, errors });
}
