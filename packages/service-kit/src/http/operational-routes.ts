import type { DependencyHealth, HttpServer, HttpServerOptions } from './http-server-options.ts';
import { openApiDocument } from './openapi-document.ts';

/** `/livez`, `/readyz`, `/metrics` and `/openapi.json`: on every service, none at the public origin. */
export function registerOperationalRoutes(
  app: HttpServer,
  options: Pick<HttpServerOptions, 'metrics' | 'dependencies' | 'openapi'>,
): void {
  app.get('/livez', { config: { action: 'public' }, schema: { hide: true } }, () => ({ status: 'alive' }));

  app.get('/readyz', { config: { action: 'public' }, schema: { hide: true } }, async (_request, reply) => {
    const dependencies = await readDependencies(options.dependencies ?? {});
    const isReady = Object.values(dependencies).every(
      (health) => health.optional || health.state !== 'unavailable',
    );
    return reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({
        status: isReady ? 'ready' : 'unavailable',
        dependencies: Object.fromEntries(
          Object.entries(dependencies).map(([name, health]) => [name, health.state]),
        ),
      });
  });

  app.get(
    '/metrics',
    {
      config: { action: 'public', produces: ['text/plain', 'application/openmetrics-text'] },
      schema: { hide: true },
    },
    async (_request, reply) => {
      const { contentType, body } = await options.metrics.expose();
      return reply.type(contentType).serializer(String).send(body);
    },
  );

  let document: object | undefined;
  app.get('/openapi.json', { config: { action: 'public' }, schema: { hide: true } }, (_request, reply) => {
    document ??= openApiDocument(app, options);
    return reply.send(document);
  });
}

const dependencyTimeoutMs = 1_000;

async function readDependencies(
  checks: NonNullable<HttpServerOptions['dependencies']>,
): Promise<Record<string, DependencyHealth>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await readDependency(check)] as const),
  );
  return Object.fromEntries(results);
}

async function readDependency(
  check: () => DependencyHealth | Promise<DependencyHealth>,
): Promise<DependencyHealth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<DependencyHealth>((resolve) => {
    timer = setTimeout(() => resolve({ state: 'unavailable' }), dependencyTimeoutMs);
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return { state: 'unavailable' };
  } finally {
    clearTimeout(timer);
  }
}
