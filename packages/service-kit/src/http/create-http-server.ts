import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyRequest, LogController } from 'fastify';
import { traceIdFrom } from '../observability/trace-context.ts';
import { Problem } from '../problems/problem.ts';
import { parseStrictJson } from '../strict-json/parse-strict-json.ts';
import { createAllowedMethods } from './allowed-methods.ts';
import { answerClientError, answerProblem, drainRefusedBody, toProblem } from './answer-problems.ts';
import { boundBodyTime } from './bound-body-time.ts';
import type { HttpServer, HttpServerOptions } from './http-server-options.ts';
import { problemSchema, registerOpenApi, withProblemResponses } from './openapi-document.ts';
import { registerOperationalRoutes } from './operational-routes.ts';
import { subjectOf } from './request-identity.ts';
import { declaredAction, guardAccept, guardAction, guardBody } from './route-guards.ts';
import { createValidatorCompiler } from './validator-compilers.ts';

/**
 * The HTTP server of a service: authentication and policy before every handler, strict bodies,
 * problem details for every error, time-outs, one log line and one measurement per request, and the
 * operational routes. Register the service's routes on it, then `listen`.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const sharedSchemas = [problemSchema, ...(options.sharedSchemas ?? [])];
  const baseLogger: FastifyBaseLogger = options.log;
  const requestTimeoutMs = options.requestTimeoutMs ?? 10_000;
  const app: HttpServer = Fastify({
    loggerInstance: baseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (raw) => traceIdFrom(raw.headers.traceparent),
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: Math.max(requestTimeoutMs, options.slowBodyTimeoutMs ?? 0),
    http: { headersTimeout: options.headersTimeoutMs ?? 5_000, connectionsCheckingInterval: 2_000 },
    exposeHeadRoutes: false,
    // What arrives on an open connection while we stop is still answered, then that connection ends.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      void answerProblem(request, reply, toProblem(error));
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  // A child logger per request costs more than the line it writes; lines name their traceId instead.
  app.setChildLoggerFactory((logger) => logger);
  app.setValidatorCompiler(createValidatorCompiler(sharedSchemas, new Set(options.serverFields)));
  app.setSerializerCompiler(() => JSON.stringify);
  app.decorateRequest('traceId', {
    getter(this: FastifyRequest) {
      return this.id;
    },
  });
  app.decorateRequest('subject', {
    getter(this: FastifyRequest) {
      return subjectOf.get(this);
    },
  });
  for (const schema of sharedSchemas) app.addSchema(schema);
  parseBodiesStrictly(app);
  if (options.slowBodyTimeoutMs !== undefined) app.addHook('onRequest', boundBodyTime(requestTimeoutMs));
  answerErrors(app, options);
  guardRoutes(app, options);
  await registerOpenApi(app, options);
  registerOperationalRoutes(app, options);
  return app;
}

function parseBodiesStrictly(app: HttpServer): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const parsed = parseStrictJson(
      Buffer.isBuffer(body) ? body : Buffer.from(body),
      request.routeOptions.config.json,
    );
    if (parsed.status === 'parsed') return done(null, parsed.value);
    const { code, detail, pointer } = parsed;
    done(
      new Problem(code, {
        detail,
        ...(pointer === undefined ? {} : { errors: [{ code, pointer, detail }] }),
      }),
    );
  });
}

function answerErrors(app: HttpServer, { log }: HttpServerOptions): void {
  app.setErrorHandler(async (error, request, reply) => {
    const problem = toProblem(error);
    if (problem.statusCode >= 500) {
      const fields = { traceId: request.traceId, code: problem.code, err: problem.extras.cause ?? problem };
      if (problem.code === 'internal-error') log.error(fields, 'request failed');
      else log.warn(fields, 'request failed');
    }
    await drainRefusedBody(request, problem);
    return answerProblem(request, reply, problem);
  });
}

function guardRoutes(app: HttpServer, options: HttpServerOptions): void {
  const { metrics, log } = options;
  const allowedMethods = createAllowedMethods();
  app.addHook('onRoute', (route) => {
    const action = declaredAction(route);
    const config = route.config ?? {};
    allowedMethods.add(route.url, route.method);
    route.onRequest = [
      guardAccept(config.produces),
      ...(action === 'public' ? [] : [guardAction(action, config, options)]),
      ...[route.onRequest ?? []].flat(),
    ];
    if (route.schema?.body !== undefined)
      route.preValidation = [guardBody, ...[route.preValidation ?? []].flat()];
    if (route.schema === undefined || !('hide' in route.schema))
      route.schema = withProblemResponses(route.schema);
    const isOperational = action === 'public';
    const { url } = route;
    route.onResponse = [
      (request, reply, done) => {
        const durationMs = reply.elapsedTime;
        metrics.observeRequest(url, request.method, reply.statusCode, durationMs);
        if (!isOperational) {
          log.info(
            {
              traceId: request.id,
              method: request.method,
              route: url,
              status: reply.statusCode,
              durationMs: Math.round(durationMs * 100) / 100,
            },
            'request',
          );
        }
        done();
      },
      ...[route.onResponse ?? []].flat(),
    ];
  });

  app.setNotFoundHandler((request, reply) => {
    const methods = allowedMethods.of(request.url.split('?', 1)[0] ?? '');
    metrics.observeRequest('unknown', request.method, methods.length > 0 ? 405 : 404, reply.elapsedTime);
    const problem =
      methods.length > 0
        ? new Problem('method-not-allowed', { headers: { allow: methods.join(', ') } })
        : new Problem('not-found');
    return answerProblem(request, reply, problem);
  });
}
