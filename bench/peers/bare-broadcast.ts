/**
 * The floor of F5: what a first attempt looks like. Every connection is written every event, one after the other; no
 * authentication, no rights, no numbers, no store, no care for readers that do not read.
 *
 * POST /?count=N&bytes=B broadcasts N events of B bytes. Prints its URL when it listens.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

const readers = new Set<ServerResponse>();

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    const query = new URL(request.url ?? '/', 'http://bare').searchParams;
    void broadcast(Number(query.get('count')), Number(query.get('bytes')));
    response.writeHead(202).end();
    return;
  }
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': open\n\n');
  readers.add(response);
  response.once('close', () => readers.delete(response));
});

async function broadcast(count: number, bytes: number): Promise<void> {
  const data = 'x'.repeat(Math.max(1, bytes - 40));
  for (let number = 1; number <= count; number += 1) {
    const event = Buffer.from(`event: delivery\nid: 1.${number}\ndata: ${data}\n\n`);
    for (const reader of readers) reader.write(event);
    await turn();
  }
}

server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
