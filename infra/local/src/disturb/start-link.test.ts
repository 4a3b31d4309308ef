import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '@chappe/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Link, startLink } from './start-link.ts';

const mebibyte = 1024 * 1024;

/** A server that answers each line with the line, and remembers what it was asked. */
let server: Server;
let asked: string;
let flooded: number;
let link: Link;
const clients: Socket[] = [];

beforeEach(async () => {
  asked = '';
  flooded = 0;
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      asked += bytes.toString();
      if (asked === 'flood') flood(socket);
      else socket.write(bytes);
    });
  });
  const [port = 0, targetPort = 0] = await freePorts(2);
  await new Promise<void>((resolve) => server.listen(targetPort, '127.0.0.1', resolve));
  link = await startLink({ name: 'echo', port, targetPort });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await link.close();
  await new Promise((resolve) => server.close(resolve));
});

/** Writes 256 MiB as fast as they are taken. */
function flood(socket: Socket): void {
  while (flooded < 256 * mebibyte) {
    flooded += mebibyte;
    if (!socket.write(Buffer.alloc(mebibyte))) {
      socket.once('drain', () => flood(socket));
      return;
    }
  }
}

interface Client {
  readonly socket: Socket;
  heard(): string;
  closed(): boolean;
}

async function connect(): Promise<Client> {
  const socket = dial(link.port, '127.0.0.1');
  clients.push(socket);
  let text = '';
  let closed = false;
  socket.on('data', (bytes) => {
    text += bytes.toString();
  });
  socket.on('close', () => {
    closed = true;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return { socket, heard: () => text, closed: () => closed };
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 2_000; !holds(); await sleep(5)) {
    if (performance.now() > deadline) throw new Error('not within two seconds');
  }
}

describe('a link', () => {
  it('carries both ways, and the end of a connection', async () => {
    const client = await connect();
    client.socket.write('one;');
    await until(() => client.heard() === 'one;');
    expect(link.openConnections).toBe(1);
    client.socket.end();
    await until(() => link.openConnections === 0);
  });

  it('delays answers in their order, and keeps the order when the delay ends', async () => {
    const client = await connect();
    link.treat({ how: 'delay-answers', delayMs: 150 });
    const startedAtMs = performance.now();
    client.socket.write('one;');
    await until(() => asked === 'one;');
    await sleep(20);
    link.treat({ how: 'pass' });
    client.socket.write('two;');
    await until(() => asked === 'one;two;');
    expect(client.heard()).toBe('');
    await until(() => client.heard() === 'one;two;');
    expect(performance.now() - startedAtMs).toBeGreaterThan(140);
  });

  it('lets requests pass and drops the answers; such a connection ends with the treatment', async () => {
    const disturbed = await connect();
    link.treat({ how: 'drop-answers' });
    disturbed.socket.write('one;');
    const quiet = await connect();
    await until(() => asked === 'one;');
    await sleep(30);
    expect(disturbed.heard()).toBe('');
    expect(disturbed.closed()).toBe(false);
    link.treat({ how: 'pass' });
    await until(() => disturbed.closed());
    quiet.socket.write('two;');
    await until(() => quiet.heard() === 'two;');
  });

  it('cuts a connection when its request was carried out and its answer is due', async () => {
    link.treat({ how: 'cut-at-answer', every: 2 });
    const client = await connect();
    client.socket.write('one;');
    await until(() => client.heard() === 'one;');
    client.socket.write('two;');
    await until(() => client.closed());
    expect(asked).toBe('one;two;');
    expect(client.heard()).toBe('one;');
  });

  it('refuses connections, also those that exist, until it is told otherwise', async () => {
    const existing = await connect();
    link.treat({ how: 'refuse' });
    await until(() => existing.closed());
    const refused = await connect();
    await until(() => refused.closed());
    link.treat({ how: 'pass' });
    const accepted = await connect();
    accepted.socket.write('one;');
    await until(() => accepted.heard() === 'one;');
  });

  it('does not read from the server without end for a client that does not read', async () => {
    const client = await connect();
    link.treat({ how: 'delay-answers', delayMs: 60_000 });
    client.socket.write('flood');
    await until(() => asked === 'flood');
    await sleep(500);
    expect(flooded).toBeGreaterThan(0);
    expect(flooded).toBeLessThan(32 * mebibyte);
  });
});
