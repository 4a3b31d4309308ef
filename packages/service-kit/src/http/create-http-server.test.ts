import { connect } from 'node:net';
import type { Subject } from '@chappe/policy';
import { Type } from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../observability/create-logger.ts';
import { createMetrics } from '../observability/create-metrics.ts';
import { Problem } from '../problems/problem.ts';
import { createHttpServer } from './create-http-server.ts';
import type { HttpServer, HttpServerOptions } from './http-server-options.ts';

const officer: Subject = {
  kind: 'PERSON',
  id: 'person-1',
  correspondent: 'post:DJ',
  grants: [
    { role: 'officer', position: 'attaché', clearance: 'RESTRICTED', crimeAreas: [], mayExercise: false },
  ],
  directoryRelease: 1,
};
const operator: Subject = {
  ...officer,
  grants: [
    { role: 'operator', position: 'watch', clearance: 'NOT_PROTECTED', crimeAreas: [], mayExercise: false },
  ],
};
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

async function given(changes: Partial<HttpServerOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const metrics = createMetrics({ service: 'test' });
  const app = await createHttpServer({
    service: 'test',
    log: createLogger({ service: 'test', level: 'info', instanceId: 'a', destination }),
    metrics,
    authenticate: async ({ authorization }) => {
      if (authorization === 'Bearer officer') return officer;
      if (authorization === 'Bearer operator') return operator;
      throw new Problem('unauthenticated', { headers: { 'www-authenticate': 'Bearer realm="chappe"' } });
    },
    bodyLimitBytes: 1_000,
    openapi: { title: 'Test', version: '1' },
    sharedSchemas: [thing],
    serverFields: ['/messageId'],
    ...changes,
  });
  cleanups.push(metrics.close, () => app.close());
  return { app, lines, metrics };
}

const thing = {
  $id: 'Thing',
  type: 'object',
  additionalProperties: false,
  required: ['name', 'size'],
  properties: {
    name: { type: 'string', maxLength: 5 },
    size: { type: 'integer' },
    colour: { type: 'string', enum: ['red', 'blue'] },
    parts: {
      type: 'array',
      items: { type: 'object', additionalProperties: false, properties: { 'a/b': { type: 'string' } } },
    },
  },
};

function addRoutes(app: HttpServer): void {
  app.post(
    '/things',
    { config: { action: 'public' }, schema: { body: { $ref: 'Thing#' }, response: { 200: Type.Unknown() } } },
    async (request) => request.body,
  );
  app.get(
    '/things/:id',
    {
      config: { action: 'public' },
      schema: {
        querystring: Type.Object(
          { limit: Type.Optional(Type.Integer()), all: Type.Optional(Type.Boolean()) },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => ({ ...request.query, traceId: request.traceId }),
  );
  app.get('/inbox', { config: { action: 'inbox.list' } }, async (request) => ({
    as: request.subject.correspondent,
  }));
  app.get('/hidden', { config: { action: 'inbox.list', onDeny: 'not-found' } }, async () => ({}));
  app.get('/store-away', { config: { action: 'public' } }, async () => {
    throw Object.assign(new Error('secret host'), { transient: true });
  });
  app.get('/broken', { config: { action: 'public' } }, async () => {
    throw new Error('SELECT secret FROM table');
  });
}

const json = { 'content-type': 'application/json' };
const problemOf = (response: { statusCode: number; headers: Record<string, unknown>; json(): unknown }) => {
  expect(response.headers['content-type']).toContain('application/problem+json');
  const body = response.json() as { type: string; status: number; traceId: string };
  expect(body.status).toBe(response.statusCode);
  expect(body.traceId).toMatch(/^[0-9a-f]{32}$/);
  return body;
};

describe('every error is a problem', () => {
  it.each<
    [
      string,
      { url: string; method?: 'GET' | 'POST' | 'PUT'; payload?: string; headers?: Record<string, string> },
      number,
      string,
    ]
  >([
    ['an unknown address', { url: '/nowhere' }, 404, 'not-found'],
    ['a wrong method', { url: '/things/7', method: 'PUT' }, 405, 'method-not-allowed'],
    ['an address that cannot be decoded', { url: '/things/%zz' }, 400, 'bad-request'],
    [
      'an answer nobody can give',
      { url: '/things/7', headers: { accept: 'text/html' } },
      406,
      'not-acceptable',
    ],
    [
      'another media type',
      {
        url: '/things',
        method: 'POST',
        payload: 'a=1',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      },
      415,
      'unsupported-media-type',
    ],
    [
      'a body without a media type',
      { url: '/things', method: 'POST', payload: '{}', headers: { 'content-type': '' } },
      415,
      'unsupported-media-type',
    ],
    [
      'a body that is too large',
      { url: '/things', method: 'POST', payload: `"${'x'.repeat(1_000)}"`, headers: json },
      413,
      'body-too-large',
    ],
    ['no body', { url: '/things', method: 'POST' }, 400, 'empty-body'],
    ['an empty body', { url: '/things', method: 'POST', payload: '', headers: json }, 400, 'empty-body'],
    ['null', { url: '/things', method: 'POST', payload: 'null', headers: json }, 400, 'wrong-type'],
    [
      'a body that is not JSON',
      { url: '/things', method: 'POST', payload: '{"a"', headers: json },
      400,
      'malformed-json',
    ],
    [
      '__proto__',
      { url: '/things', method: 'POST', payload: '{"__proto__":{"a":1}}', headers: json },
      400,
      'forbidden-name',
    ],
    [
      'an unknown field',
      { url: '/things', method: 'POST', payload: '{"name":"a","size":1,"x":1}', headers: json },
      400,
      'unknown-field',
    ],
    [
      'a field of the server',
      { url: '/things', method: 'POST', payload: '{"name":"a","size":1,"messageId":1}', headers: json },
      400,
      'server-field',
    ],
    [
      'a missing field',
      { url: '/things', method: 'POST', payload: '{"name":"a"}', headers: json },
      400,
      'missing-field',
    ],
    [
      'a text where a number belongs',
      { url: '/things', method: 'POST', payload: '{"name":"a","size":"1"}', headers: json },
      400,
      'wrong-type',
    ],
    [
      'a code that is not in the list',
      { url: '/things', method: 'POST', payload: '{"name":"a","size":1,"colour":"pink"}', headers: json },
      400,
      'invalid-value',
    ],
    ['a parameter that is no number', { url: '/things/7?limit=many' }, 400, 'wrong-type'],
    ['an unknown parameter', { url: '/things/7?limits=1' }, 400, 'unknown-field'],
    ['no token', { url: '/inbox' }, 401, 'unauthenticated'],
    [
      'a role without the action',
      { url: '/inbox', headers: { authorization: 'Bearer operator' } },
      403,
      'forbidden',
    ],
    [
      'the same where existence is not told',
      { url: '/hidden', headers: { authorization: 'Bearer operator' } },
      404,
      'not-found',
    ],
    ['an error nobody foresaw', { url: '/broken' }, 500, 'internal-error'],
    ['a store that is away', { url: '/store-away' }, 503, 'unavailable'],
  ])('%s', async (_what, request, status, code) => {
    const { app } = await given();
    addRoutes(app);
    const response = await app.inject({ method: 'GET', ...request });
    expect(response.statusCode).toBe(status);
    expect(problemOf(response).type).toBe(`urn:chappe:problem:${code}`);
    expect(response.body).not.toContain('secret');
    expect(response.headers['retry-after'] !== undefined).toBe(status === 503);
  });

  it('names the methods that a path takes, and how to authenticate', async () => {
    const { app } = await given();
    addRoutes(app);
    expect((await app.inject({ method: 'PUT', url: '/things/7' })).headers.allow).toBe('GET');
    expect((await app.inject('/inbox')).headers['www-authenticate']).toBe('Bearer realm="chappe"');
  });

  it('points at every fault of a body, the most telling first', async () => {
    const { app } = await given();
    addRoutes(app);
    const payload = '{"name":"too long","size":1,"parts":[{"a/b":1},{"c~d":"x"}]}';
    const response = await app.inject({ method: 'POST', url: '/things', headers: json, payload });
    expect(response.json()).toMatchObject({
      type: 'urn:chappe:problem:unknown-field',
      errors: [
        { pointer: '/parts/1/c~0d', code: 'unknown-field' },
        { pointer: '/parts/0/a~1b', code: 'wrong-type' },
        { pointer: '/name', code: 'invalid-value' },
      ],
    });
    expect(response.body).not.toContain('too long');
  });

  it('shows a bounded number of findings, however many there are', async () => {
    const { app } = await given({ bodyLimitBytes: 100_000 });
    addRoutes(app);
    const payload = `{"name":"a","size":1,"parts":[${Array(2_000).fill('1').join(',')}]}`;
    const response = await app.inject({ method: 'POST', url: '/things', headers: json, payload });
    expect(response.json().errors).toHaveLength(20);
  });

  it('answers bytes that are not HTTP', async () => {
    const { app } = await given();
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
    const answer = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NOT HTTP AT ALL\r\n\r\n'));
      socket.on('data', (data) => (received += data.toString()));
      socket.on('close', () => resolve(received));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('urn:chappe:problem:bad-request');
  });
});

describe('a request that is right', () => {
  it('turns parameters into numbers and booleans, but never a body', async () => {
    const { app } = await given();
    addRoutes(app);
    const response = await app.inject({ url: '/things/7?limit=5&all=true', headers: { traceparent } });
    expect(response.json()).toEqual({ limit: 5, all: true, traceId });
  });

  it('acts for the correspondent of its subject', async () => {
    const { app } = await given();
    addRoutes(app);
    const response = await app.inject({ url: '/inbox', headers: { authorization: 'Bearer officer' } });
    expect(response.json()).toEqual({ as: 'post:DJ' });
  });

  it('is logged in one line without its query, and measured by route', async () => {
    const { app, lines, metrics } = await given();
    addRoutes(app);
    await app.inject({ url: '/inbox?q=secret', headers: { authorization: 'Bearer officer', traceparent } });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ msg: 'request', route: '/inbox', status: 200, traceId, method: 'GET' });
    expect(JSON.stringify(lines)).not.toContain('secret');
    const { body } = await metrics.expose();
    expect(body).toMatch(/chappe_http_request_duration_seconds_count\{.*route="\/inbox",status="200".*\} 1/);
  });

  it('logs an unforeseen error with its trace and without its message', async () => {
    const { app, lines } = await given();
    addRoutes(app);
    await app.inject({ url: '/broken', headers: { traceparent } });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'error', traceId, code: 'internal-error' });
    expect(JSON.stringify(lines)).not.toContain('SELECT');
  });
});

describe('a route that policy does not know', () => {
  it('prevents the start when it declares no action', async () => {
    const { app } = await given();
    expect(() => app.get('/open', async () => ({}))).toThrow('The route GET /open declares no action.');
  });

  it('prevents the start when its action does not exist', async () => {
    const { app } = await given();
    const config = JSON.parse('{"action":"inbox.steal"}');
    expect(() => app.get('/open', { config }, async () => ({}))).toThrow('unknown action inbox.steal');
  });

  it('has no subject when it is public', async () => {
    const { app, lines } = await given();
    app.get('/mistake', { config: { action: 'public' } }, async (request) => ({ who: request.subject.id }));
    expect((await app.inject('/mistake')).statusCode).toBe(500);
    expect(lines).toHaveLength(1);
  });
});

describe('the operational routes', () => {
  it('tell whether the service is ready, per dependency and without secrets', async () => {
    const { app } = await given({
      dependencies: {
        kafka: () => ({ state: 'ready' }),
        redis: () => ({ state: 'unavailable', optional: true }),
        directory: () => {
          throw new Error('postgres://user:password@host');
        },
      },
    });
    const response = await app.inject('/readyz');
    expect(response.statusCode).toBe(503);
    expect(response.json()).toEqual({
      status: 'unavailable',
      dependencies: { kafka: 'ready', redis: 'unavailable', directory: 'unavailable' },
    });
    expect((await app.inject('/livez')).statusCode).toBe(200);
  });

  it('stay ready without what is optional', async () => {
    const { app } = await given({
      dependencies: { redis: () => ({ state: 'unavailable', optional: true }) },
    });
    expect((await app.inject('/readyz')).statusCode).toBe(200);
  });

  it('describe the routes in OpenAPI 3.1, shared schemas once, without themselves', async () => {
    const { app } = await given();
    addRoutes(app);
    await app.ready();
    const document = (await app.inject('/openapi.json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).not.toContain('/livez');
    expect(document.components.schemas.Thing.required).toEqual(['name', 'size']);
    expect(document.paths['/things'].post.requestBody.content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/Thing',
    });
    expect(document.paths['/inbox'].get.security).toEqual([{ accessToken: [] }]);
    expect(document.paths['/inbox'].get.responses['4XX'].content['application/problem+json'].schema).toEqual({
      $ref: '#/components/schemas/Problem',
    });
  });
});
