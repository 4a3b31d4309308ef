import type { FileEntries } from '@chappe/directory';
import type { Subject } from '@chappe/policy';
import { type HttpServer, Problem } from '@chappe/service-kit';
import { Type } from 'typebox';
import { releaseView } from './http-proposal-schemas.ts';
import type { RecordedRelease } from './postgres-releases.ts';

/** What the routes about releases are served from. */
export interface ReleasePorts {
  history(query: {
    readonly limit: number;
    readonly before: number | null;
  }): Promise<readonly RecordedRelease[]>;
  /** The content of a release in the form of files, after its disclosure was recorded. */
  export(
    release: number,
    asked: { readonly subject: Subject; readonly traceId: string },
  ): Promise<FileEntries | undefined>;
}

const tags = ['directory administration'];

/** The releases that were, who proposed and approved them, and what each holds. */
export function registerReleaseRoutes(app: HttpServer, ports: ReleasePorts): void {
  app.get(
    '/v1/directory/releases',
    {
      config: { action: 'directory.review' },
      schema: {
        summary: 'The releases of the directory, the latest first, with who proposed and approved them',
        tags,
        querystring: Type.Object(
          {
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
            before: Type.Optional(Type.Integer({ minimum: 1 })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({ items: Type.Array(releaseView), next: Type.Optional(Type.Integer()) }),
        },
      },
    },
    async ({ query }) => {
      const limit = query.limit ?? 50;
      const found = await ports.history({ limit, before: query.before ?? null });
      const items = found.map(({ approvedAtMs, publishedAtMs, ...rest }) => ({
        ...rest,
        approvedAt: new Date(approvedAtMs).toISOString(),
        publishedAt: publishedAtMs === null ? null : new Date(publishedAtMs).toISOString(),
      }));
      const last = items.length < limit ? undefined : items.at(-1);
      return last === undefined || last.number === 1 ? { items } : { items, next: last.number };
    },
  );

  app.get(
    '/v1/directory/releases/:number/content',
    {
      config: { action: 'directory.administer' },
      schema: {
        summary: 'All that a release holds, in the form of files; recorded, since it names persons',
        tags,
        params: Type.Object({ number: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) }),
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    async ({ params, subject, traceId }, reply) => {
      const content = await ports.export(params.number, { subject, traceId });
      if (content === undefined) throw new Problem('not-found');
      return reply.header('cache-control', 'no-store').send(content);
    },
  );
}
