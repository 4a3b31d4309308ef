import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClamdScanner } from '../src/scan/clamd-scanner.ts';
import { pdf } from './evidence.fixture.ts';

/**
 * There is no clamd in the registries that tests may use, so a server here speaks the protocol as clamd(8) documents
 * it: commands with a leading z end with NUL, INSTREAM takes chunks after four-byte lengths until one of zero.
 */
const folder = mkdtempSync(`${tmpdir()}/chappe-clamd-`);
const address = `${folder}/clamd.sock`;
const limit = 500_000;
let behaviour: 'honest' | 'silent' | 'closes' | 'babbles' = 'honest';
let received = 0;
let server: Server;

beforeAll(async () => {
  server = createServer((socket) => serve(socket));
  await new Promise<void>((resolve) => server.listen(address, resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function serve(socket: Socket): void {
  let waiting = Buffer.alloc(0);
  let body: Buffer[] | undefined;
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes]);
    if (behaviour === 'silent') return;
    if (behaviour === 'closes') return void socket.destroy();
    if (behaviour === 'babbles') return void socket.write('x'.repeat(10_000));
    if (body === undefined) {
      const end = waiting.indexOf(0);
      if (end < 0) return;
      const command = waiting.subarray(0, end).toString();
      waiting = waiting.subarray(end + 1);
      if (command === 'zPING') return void socket.end('PONG\0');
      if (command !== 'zINSTREAM') return void socket.end('UNKNOWN COMMAND\0');
      body = [];
    }
    while (waiting.length >= 4) {
      const length = waiting.readUInt32BE();
      if (length === 0) return answer(socket, Buffer.concat(body));
      if (waiting.length < 4 + length) return;
      body.push(waiting.subarray(4, 4 + length));
      waiting = waiting.subarray(4 + length);
      if (body.reduce((sum, part) => sum + part.length, 0) > limit) {
        return void socket.end('INSTREAM size limit exceeded. ERROR\0');
      }
    }
  });
}

function answer(socket: Socket, bytes: Buffer): void {
  received = bytes.length;
  socket.end(bytes.includes('EICAR') ? 'stream: Eicar-Test-Signature FOUND\0' : 'stream: OK\0');
}

const never = new AbortController().signal;
const scan = (bytes: Buffer, timeoutMs = 5_000) =>
  createClamdScanner({ address, timeoutMs }).scan(
    Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]),
    never,
  );

describe("clamd's protocol", () => {
  it('gives both verdicts, of all bytes', async () => {
    behaviour = 'honest';
    expect(await scan(pdf(300_000))).toBe('CLEAN');
    expect(received).toBe(300_000);
    expect(await scan(Buffer.from('xxEICARxx'))).toBe('REFUSED');
    await expect(createClamdScanner({ address, timeoutMs: 1_000 }).check(never)).resolves.toBeUndefined();
  });

  it.each([
    ['silent', 'TIMEOUT'],
    ['closes', 'CLOSED'],
    ['babbles', 'REPLY_TOO_LONG'],
  ] as const)('takes a server that %s for no verdict, within its bound', async (what, code) => {
    behaviour = what;
    const startedMs = performance.now();
    await expect(scan(pdf(1_000), 500)).rejects.toMatchObject({ name: 'ScannerUnavailable', code });
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  it('takes a file that clamd will not read for no verdict', async () => {
    behaviour = 'honest';
    await expect(scan(pdf(600_000))).rejects.toMatchObject({ code: 'TOO_LARGE_FOR_SCANNER' });
  });

  it('takes a scanner that is not there for no verdict', async () => {
    const scanner = createClamdScanner({ address: `${folder}/nobody.sock`, timeoutMs: 1_000 });
    await expect(scanner.scan(Readable.from([pdf(10)]), never)).rejects.toMatchObject({ code: 'CONNECTION' });
  });
});
