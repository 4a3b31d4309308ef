import { connect } from 'node:net';
import type { Subject } from '@chappe/policy';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../observability/create-logger.ts';
import { createMetrics } from '../observability/create-metrics.ts';
import { createHttpServer } from './create-http-server.ts';
import type { HttpServer } from './http-server-options.ts';

const officer: Subject = {
  kind: 'PERSON',
  id: 'person-1',
  correspondent: 'post:DJ',
  grants: [
    { role: 'officer', position: 'attaché', clearance: 'RESTRICTED', crimeAreas: [], mayExercise: false },
  ],
  directoryRelease: 1,
};

let app: HttpServer;
let port: number;
const metrics = createMetrics({ service: 'test' });

beforeAll(async () => {
  app = await createHttpServer({
    service: 'test',
    log: createLogger({ service: 'test', level: 'silent', instanceId: 'a' }),
    metrics,
    authenticate: async () => officer,
    bodyLimitBytes: 1_000,
    openapi: { title: 'Test', version: '1' },
  });
  app.post(
    '/things',
    { config: { action: 'message.submit' }, schema: { body: Type.Object({}) } },
    async () => ({}),
  );
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(async () => {
  await app.close();
  metrics.close();
});

/** Writes the whole request before it reads a byte of the answer, as a reverse proxy may. */
async function sendAllThenRead(body: Buffer, more = ''): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.pause();
  const head = `POST /things HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\ncontent-type: application/json\r\n`;
  const failed = new Promise<never>((_, reject) => socket.on('error', reject));
  await Promise.race([
    failed,
    new Promise<void>((resolve) => {
      socket.write(`${head}content-length: ${body.length}\r\n\r\n`);
      socket.write(body);
      socket.write(more, () => resolve());
    }),
  ]);
  let answer = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.resume();
  const answers = more === '' ? 1 : 2;
  for (let waited = 0; answer.split('HTTP/1.1 ').length - 1 < answers && waited < 3_000; waited += 20) {
    await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  socket.destroy();
  return answer;
}

// Answering a large body and closing at once makes the kernel reset the connection while the sender still
// writes: a proxy then sees a broken pipe, and turns a clear refusal into "service unavailable".
describe('a body beyond the limit', () => {
  it('is refused in words to a sender that reads only when it has sent everything', async () => {
    const answer = await sendAllThenRead(Buffer.alloc(10_000_000, 'x'));
    expect(answer).toContain('413');
    expect(answer).toContain('urn:chappe:problem:body-too-large');
  });

  it('is not taken for the next request of its connection', async () => {
    const next = 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n';
    const body = Buffer.from('GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(1_000));
    const answer = await sendAllThenRead(body, next);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  it('ends the connection when it is longer than anybody would drain', async () => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.write(
      'POST /things HTTP/1.1\r\nhost: x\r\nauthorization: Bearer x\r\ncontent-type: application/json\r\n' +
        'content-length: 99999999999\r\n\r\n',
    );
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('close', () => resolve(text));
      socket.on('error', () => resolve(text));
    });
    expect(answer).toContain('413');
    expect(answer.toLowerCase()).toContain('connection: close');
  });
});
