import swagger from '@fastify/swagger';
import type { HttpServer, HttpServerOptions } from './http-server-options.ts';

/** The schema of every error answer, under its own name in the document. */
export const problemSchema = {
  $id: 'Problem',
  type: 'object',
  description: 'RFC 9457 problem details. `type` is stable; branch on it.',
  required: ['type', 'title', 'status', 'traceId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    traceId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: { type: 'string' },
          code: { type: 'string' },
          detail: { type: 'string' },
          facts: {
            type: 'object',
            additionalProperties: { type: 'array', items: { type: 'string' } },
          },
        },
      },
    },
  },
} as const;

/** Makes the OpenAPI 3.1 document from the routes; schemas with an `$id` appear once, by that name. */
export async function registerOpenApi(app: HttpServer, options: HttpServerOptions): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: options.openapi.title, version: options.openapi.version },
      ...(options.publicUrl === undefined ? {} : { servers: [{ url: options.publicUrl }] }),
      components: {
        securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
    },
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `schema-${index}`,
    },
    transform: ({ schema, url, route }) => {
      const isPublic = route.config?.action === 'public';
      return { schema: isPublic ? schema : { ...schema, security: [{ accessToken: [] }] }, url };
    },
  });
}

/** The finished document; given components stand in it as they are. */
export function openApiDocument(app: HttpServer, { openapi }: Pick<HttpServerOptions, 'openapi'>): object {
  const { components, ...rest } = { components: {}, ...app.swagger() };
  const collected = 'schemas' in components ? components.schemas : {};
  return { ...rest, components: { ...components, schemas: { ...collected, ...openapi.components } } };
}

/** Every route answers errors the same way; said once here instead of in each route. */
export function withProblemResponses(schema: object | undefined): object {
  const responses: unknown = schema === undefined ? undefined : Reflect.get(schema, 'response');
  const problem = {
    description: 'Problem',
    content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
  };
  return {
    ...schema,
    response: { '4xx': problem, '5xx': problem, ...(typeof responses === 'object' ? responses : {}) },
  };
}
