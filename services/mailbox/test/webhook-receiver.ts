import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

/** How a receiver answers. All but the first are hostile or broken. */
export type Manners =
  | 'takes'
  | 'slow'
  | 'status-500'
  | 'status-410'
  | 'busy'
  | 'redirects'
  | 'hangs'
  | 'closes'
  | 'endless-headers'
  | 'drips-headers'
  | 'endless-body'
  | 'endless-informational'
  | 'garbage'
  | 'echoes'
  | 'wrong-challenge';

/** One word that was taken, verified by the library of the specification. */
export interface TakenWord {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

/** A receiver as a partner would write one, on loopback, that can also misbehave. */
export interface WebhookReceiver {
  readonly url: string;
  readonly port: number;
  /** Everything that arrived with a valid signature and was answered 2xx, doubles included. */
  readonly taken: TakenWord[];
  /** Requests in all, valid or not, and those at other paths, where redirects point to. */
  requests(): number;
  strayRequests(): number;
  /** The most requests that were open at the same time. */
  mostAtOnce(): number;
  /** Those that no secret of the receiver verified. */
  unverified(): number;
  /** Numbers of the inbox in the order of their first arrival. */
  numbers(): number[];
  secrets: string[];
  manners: Manners;
  /** Decides for one request; by default all get the same manners. */
  choose?: (data: Readonly<Record<string, unknown>>) => Manners;
  slowMs: number;
  stop(): Promise<void>;
}

/** Starts a receiver. */
export async function startReceiver(): Promise<WebhookReceiver> {
  let requests = 0;
  let stray = 0;
  let open = 0;
  let most = 0;
  let unverified = 0;
  const sockets = new Set<Socket>();
  const taken: TakenWord[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    open += 1;
    most = Math.max(most, open);
    response.once('close', () => {
      open -= 1;
    });
    if (request.url !== '/hook') stray += 1;
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const word = verify(body, request.headers);
    if (word === null) {
      unverified += 1;
      response.writeHead(401).end();
      return;
    }
    const manners = receiver.choose?.(word.data) ?? receiver.manners;
    if (manners === 'slow') await sleep(receiver.slowMs);
    if (manners === 'takes' || manners === 'slow') {
      taken.push(word);
      const { challenge } = word.data;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(challenge === undefined ? '' : JSON.stringify({ challenge }));
      return;
    }
    await misbehave(manners, body, response);
  }

  function verify(body: string, headers: IncomingMessage['headers']): TakenWord | null {
    for (const secret of receiver.secrets) {
      try {
        const flat = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, String(value)]),
        );
        const word = new Webhook(secret).verify(body, flat) as Pick<TakenWord, 'type' | 'data'>;
        return { ...word, id: String(headers['webhook-id']), atMs: performance.now() };
      } catch {
        // The next secret may fit.
      }
    }
    return null;
  }

  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${port}/hook`,
    port,
    taken,
    requests: () => requests,
    strayRequests: () => stray,
    mostAtOnce: () => most,
    unverified: () => unverified,
    numbers: () => [
      ...new Set(taken.filter((word) => word.type === 'inbox.item').map((word) => Number(word.data.number))),
    ],
    secrets: [],
    manners: 'takes',
    slowMs: 100,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return receiver;
}

/** Answers as a partner's server does on its worst day. */
async function misbehave(
  manners: Exclude<Manners, 'takes' | 'slow'>,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const { socket } = response;
  const write = (text: string): boolean => socket !== null && !socket.destroyed && socket.write(text);
  switch (manners) {
    case 'status-500':
      response.writeHead(500).end('an inner detail of the partner');
      return;
    case 'status-410':
      response.writeHead(410).end();
      return;
    case 'busy':
      response.writeHead(503, { 'retry-after': '1' }).end();
      return;
    case 'redirects':
      response.writeHead(307, { location: '/elsewhere' }).end();
      return;
    case 'hangs':
      return;
    case 'closes':
      socket?.destroy();
      return;
    case 'echoes':
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      return;
    case 'wrong-challenge':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"challenge":"no"}');
      return;
    case 'garbage':
      write('220 mail.partner.example ESMTP\r\n');
      return;
    case 'endless-headers':
      write('HTTP/1.1 200 OK\r\n');
      while (write(`x-more: ${'a'.repeat(1_000)}\r\n`)) await sleep(1);
      return;
    case 'drips-headers':
      write('HTTP/1.1 200 OK\r\n');
      while (write('x-more: a\r\n')) await sleep(50);
      return;
    case 'endless-informational':
      while (write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n')) await sleep(10);
      return;
    case 'endless-body':
      write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n');
      while (write('{"challenge":"'.padEnd(1_000, 'a'))) await sleep(1);
  }
}
