import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { Subject } from '@chappe/policy';
import { createHttpServer } from '../http/create-http-server.ts';
import { createLogger } from '../observability/create-logger.ts';
import { createMetrics } from '../observability/create-metrics.ts';
import { createDownloads, type DownloadLimits, type DownloadOffer } from './serve-downloads.ts';

/** Bounds that no test meets by accident. */
export const generous: DownloadLimits = {
  maxPerSubject: 4,
  maxInAll: 8,
  stallTimeoutMs: 30_000,
  minBytesPerS: 1,
  recheckMs: 30_000,
  openTimeoutMs: 5_000,
};

/** A thousand bytes that tell their place. */
export const thousand = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 251));

/** A server with one file, whose parts a test replaces. */
export async function startDownloads(limits: Partial<DownloadLimits>, parts: Partial<OfferParts> = {}) {
  const { find, content = thousand, ...offered } = parts;
  const offer: DownloadOffer = {
    file: {
      fileName: 'quay.png',
      mediaType: 'image/png',
      sizeBytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    },
    record: async () => {},
    mayGoOn: async () => true,
    open: async (range) =>
      Readable.from([range === undefined ? content : content.subarray(range.first, range.last + 1)], {
        objectMode: false,
      }),
    ...offered,
  };
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const log = createLogger({ service: 'test', level: 'info', instanceId: 'a', destination });
  const metrics = createMetrics({ service: 'test' });
  const downloads = createDownloads({ limits: { ...generous, ...limits }, log });
  const app = await createHttpServer({
    service: 'test',
    log,
    metrics,
    authenticate: async ({ authorization }) => ({ ...officer, id: authorization ?? 'person-1' }),
    bodyLimitBytes: 1_000,
    openapi: { title: 'Test', version: '1' },
  });
  app.addHook('preClose', async () => downloads.stop());
  app.get('/file', { config: { action: 'inbox.read', produces: ['image/png'] } }, async (request, reply) => {
    const answer = await downloads.answer({
      headers: request.headers,
      response: reply.raw,
      traceId: request.traceId,
      subjectId: request.subject.id,
      find: find ?? (async () => offer),
    });
    return reply.code(answer.status).headers(answer.headers).send(answer.content);
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `${url}/file`,
    lines,
    downloads,
    close: async () => {
      const closed = app.close();
      // fetch opens a connection ahead of need after an abort, which the server does not take for idle.
      app.server.closeAllConnections();
      await closed;
      await metrics.close();
    },
  };
}

interface OfferParts extends DownloadOffer {
  readonly find: () => Promise<DownloadOffer | null>;
  readonly content: Buffer;
}

const officer: Subject = {
  kind: 'PERSON',
  id: 'person-1',
  correspondent: 'post:DJ',
  grants: [
    { role: 'officer', position: 'attaché', clearance: 'RESTRICTED', crimeAreas: [], mayExercise: false },
  ],
  directoryRelease: 1,
};

/** An endless source that tells how much of it was asked for. */
export function endless(): { readonly source: Readable; givenBytes(): number } {
  let givenBytes = 0;
  const source = new Readable({
    highWaterMark: 65_536,
    read() {
      const chunk = Buffer.alloc(65_536, 7);
      givenBytes += chunk.length;
      setImmediate(() => this.push(chunk));
    },
  });
  return { source, givenBytes: () => givenBytes };
}

/** Asks for a file over a bare connection, and never reads what comes. */
export async function neverRead(url: string): Promise<Socket> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  socket.pause();
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
  return socket;
}
