import httpProxy from '@fastify/http-proxy';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { landingPage } from './landing-page.ts';
import { mergeOpenApi, type OpenApiDocument } from './merge-openapi.ts';

/** Which paths go where, and what the documentation needs for signing in. */
export interface ProxyOptions {
  port: number;
  publicUrl: string;
  issuer: string;
  docsClientId: string;
  routes: readonly { service: string; url: string; paths: readonly string[] }[];
}

/** Starts the one public origin: each path to its service, the documentation of all of them, a front page. */
export async function startProxy(options: ProxyOptions): Promise<FastifyInstance> {
  // No request log: a query string holds search terms and reasons.
  const app = fastify({
    logger: false,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: false },
  });
  await documentation(app, options);
  app.get('/', { schema: { hide: true } }, (request, reply) => {
    const english = /^\s*en/i.test(request.headers['accept-language'] ?? '');
    return reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      )
      .send(landingPage(english ? 'en' : 'fr'));
  });
  app.setNotFoundHandler((_request, reply) => problem(reply, 404, 'not-found', 'Not found'));
  for (const { url, paths } of options.routes) {
    for (const prefix of paths) {
      await app.register(httpProxy, {
        upstream: url,
        prefix,
        rewritePrefix: prefix,
        // A stream of server-sent events has no end; an answer must begin in time.
        undici: { bodyTimeout: 0, headersTimeout: 35_000, connections: 512, pipelining: 1 },
        retryMethods: [],
        replyOptions: {
          onError: (reply) => {
            const answer = reply as FastifyReply;
            answer.header('retry-after', '1');
            problem(answer, 503, 'unavailable', 'The service does not answer');
          },
        },
      });
    }
  }
  await app.listen({ port: options.port, host: '127.0.0.1' });
  return app;
}

async function documentation(app: FastifyInstance, options: ProxyOptions): Promise<void> {
  const readDocument = createDocumentReader(options);
  let current = await readDocument();
  app.get('/openapi.json', { schema: { hide: true } }, readDocument);
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Chappe', version: '1' } } });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: false,
    // The page shows what the services say now; the proxy's own routes mean nothing to a reader.
    uiHooks: {
      async preHandler() {
        current = await readDocument();
      },
    },
    transformSpecification: () => current,
    transformSpecificationClone: false,
    theme: { title: 'Chappe' },
    logo: { type: 'image/svg+xml', content: Buffer.from(wordMark), href: '/' },
    uiConfig: {
      docExpansion: 'list',
      persistAuthorization: false,
      oauth2RedirectUrl: `${options.publicUrl}/docs/static/oauth2-redirect.html`,
    },
    initOAuth: {
      clientId: options.docsClientId,
      scopes: ['openid'],
      usePkceWithAuthorizationCodeGrant: true,
    },
  });
}

const wordMark =
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="32"><text x="0" y="23" fill="#fff" ' +
  'font-family="sans-serif" font-size="22" font-weight="bold">Chappe</text></svg>';

/** Joins what the services say of themselves; while one is down, what it said before still holds. */
function createDocumentReader(options: ProxyOptions): () => Promise<OpenApiDocument> {
  const known = new Map<string, OpenApiDocument>();
  return async () => {
    await Promise.all(
      options.routes.map(async ({ service, url }) => {
        try {
          const response = await fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(2_000) });
          if (response.ok) known.set(service, JSON.parse(await response.text()));
        } catch {
          // Its last document, if there is one, stays.
        }
      }),
    );
    const inOrder = options.routes.flatMap(({ service }) => {
      const document = known.get(service);
      return document === undefined ? [] : [[service, document] as const];
    });
    return mergeOpenApi(new Map(inOrder), options);
  };
}

function problem(reply: FastifyReply, status: number, code: string, title: string): FastifyReply {
  return reply
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: `urn:chappe:problem:${code}`, title, status, detail: title }));
}
