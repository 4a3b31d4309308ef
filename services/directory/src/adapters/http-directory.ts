import type { DirectorySnapshot } from '@chappe/directory';
import type { HttpServer } from '@chappe/service-kit';
import { Type } from 'typebox';
import { listCorrespondents, showSelf } from '../domain/show-directory.ts';

const nullableText = Type.Union([Type.String(), Type.Null()]);

const selfSchema = Type.Object({
  kind: Type.String(),
  id: Type.String({ description: 'Opaque' }),
  displayName: nullableText,
  language: nullableText,
  actingAs: Type.Object({ code: Type.String(), nameFr: Type.String(), nameEn: Type.String() }),
  grants: Type.Array(
    Type.Object({
      correspondent: Type.String(),
      role: Type.String(),
      position: Type.String(),
      clearance: Type.String(),
      crimeAreas: Type.Array(Type.String(), { description: 'Empty: all' }),
      mayExercise: Type.Boolean(),
      validUntil: nullableText,
    }),
  ),
  directoryRelease: Type.Integer(),
});

const correspondentsSchema = Type.Object({
  directoryRelease: Type.Integer(),
  items: Type.Array(
    Type.Object({
      code: Type.String(),
      type: Type.String(),
      shortCode: Type.String(),
      nameFr: Type.String(),
      nameEn: Type.String(),
      country: nullableText,
      city: nullableText,
      ceiling: Type.String({ description: 'Highest classification it may receive' }),
      themes: Type.Array(Type.String()),
      coverage: Type.Array(Type.String(), { description: 'Countries, ISO 3166-1' }),
      dutyDesk: Type.Boolean({ description: 'Receives what matches no rule' }),
    }),
  ),
});

const releaseSchema = Type.Object({
  number: Type.Integer(),
  sha256: Type.String(),
  publishedAt: Type.String({ format: 'date-time' }),
  demonstration: Type.Boolean({ description: 'Invented data' }),
  proposedBy: Type.String({ description: 'Opaque id of a person' }),
  approvedBy: Type.String({ description: 'Opaque id of another person' }),
});

/** `GET /v1/me`, `GET /v1/directory/correspondents`, `GET /v1/directory/releases/current`. */
export function registerDirectoryRoutes(
  app: HttpServer,
  ports: { currentDirectory(): DirectorySnapshot; nowMs(): number },
): void {
  app.get(
    '/v1/me',
    {
      config: { action: 'self.read' },
      schema: {
        summary: 'Who you are, for whom you act, and what is granted to you',
        response: { 200: selfSchema },
      },
    },
    async (request, reply) =>
      reply
        .header('cache-control', 'no-store')
        .send(showSelf(ports.currentDirectory(), request.subject, ports.nowMs())),
  );

  app.get(
    '/v1/directory/correspondents',
    {
      config: { action: 'directory.read' },
      schema: { summary: 'Who can be chosen as a recipient', response: { 200: correspondentsSchema } },
    },
    async (_request, reply) => {
      const snapshot = ports.currentDirectory();
      return reply
        .header('cache-control', 'private, no-cache')
        .send({ directoryRelease: snapshot.release, items: listCorrespondents(snapshot) });
    },
  );

  app.get(
    '/v1/directory/releases/current',
    {
      config: { action: 'directory.read' },
      schema: { summary: 'The release of the directory in force', response: { 200: releaseSchema } },
    },
    async (_request, reply) => {
      const { release, sha256, publishedAtMs, demonstration, proposedBy, approvedBy } =
        ports.currentDirectory();
      const publishedAt = new Date(publishedAtMs).toISOString();
      return reply
        .header('cache-control', 'private, no-cache')
        .send({ number: release, sha256, publishedAt, demonstration, proposedBy, approvedBy });
    },
  );
}
