import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server saw of one request. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** What the server does with one request. */
export type ScriptedReply = (response: ServerResponse, request: SeenRequest) => void;

/** A loopback server that answers its nth request by the nth reply, or each by its route. */
export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  stop(): Promise<void>;
}

/** Starts a server that follows the script; a request beyond its end is answered 418, which no client mends. */
export async function startScriptedServer(
  script: readonly ScriptedReply[] | ((request: SeenRequest, index: number) => ScriptedReply),
): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(incoming.url ?? '/', 'http://scripted.invalid');
    const request: SeenRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: incoming.headers['content-type'] === 'application/json' ? JSON.parse(text) : text,
    };
    const index = requests.push(request) - 1;
    const reply = typeof script === 'function' ? script(request, index) : script[index];
    (reply ?? answer(418, { title: 'the script has ended' }))(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A complete answer. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}): ScriptedReply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** A problem detail. */
export function problem(status: number, code: string, headers: Record<string, string> = {}): ScriptedReply {
  const body = { type: `urn:chappe:problem:${code}`, title: `title of ${code}`, status };
  return answer(status, body, { 'content-type': 'application/problem+json', ...headers });
}

/** The connection is cut before any answer. */
export const drop: ScriptedReply = (response) => void response.socket?.destroy();

/** The headers come, then half the body, then the connection is cut. */
export function dropMidBody(status: number, body: unknown): ScriptedReply {
  return (response) => {
    const text = JSON.stringify(body);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length });
    response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
  };
}

/** No answer ever. */
export const hang: ScriptedReply = () => {};

/** An event stream of the given blocks, and then its end: orderly, cut off, or silence. */
export function stream(blocks: readonly string[], then: 'end' | 'drop' | 'silence'): ScriptedReply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const text = blocks.map((block) => `${block}\n\n`).join('');
    if (then === 'end') response.end(text);
    else response.write(text || ': open\n\n', () => then === 'drop' && response.socket?.destroy());
  };
}

/** An item of an inbox as the stream and the list give it. */
export function item(number: number): Record<string, unknown> {
  return {
    number,
    messageId: `m-${number}`,
    role: 'ACTION',
    lane: 'urgent',
    kind: 'LEAD',
    threadId: `m-${number}`,
    sender: 'post:DJ',
    deliveredAt: '2026-11-23T09:00:00.000Z',
    decisionId: `d-${number}`,
  };
}

/** The block of a delivery. */
export function delivery(number: number, epoch = 'a'): string {
  return `event: delivery\nid: ${epoch}.${number}\ndata: ${JSON.stringify(item(number))}`;
}
