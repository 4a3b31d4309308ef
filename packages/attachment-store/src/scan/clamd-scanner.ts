import { connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { type AttachmentScanner, ScannerUnavailable, type ScanVerdict } from './attachment-scanner.ts';

/** Where clamd listens, and how long it may take. */
export interface ClamdOptions {
  /** `host:port`, or the absolute path of a socket. */
  readonly address: string;
  /** For one file, from connecting to the verdict. */
  readonly timeoutMs: number;
}

const longestReply = 4_096;
const endOfStream = Buffer.alloc(4);

/**
 * clamd's own protocol (clamd(8), INSTREAM): `zINSTREAM` and NUL, then chunks, each after its length in four bytes,
 * big-endian, then a length of zero; the answer ends with NUL. What clamd refuses to read (its StreamMaxLength) is an
 * error, no verdict.
 */
export function createClamdScanner({ address, timeoutMs }: ClamdOptions): AttachmentScanner {
  const within = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  return {
    async scan(content, signal) {
      try {
        return verdictOf(await talk(address, within(signal), (socket) => sendStream(socket, content)));
      } finally {
        content.destroy();
      }
    },
    async check(signal) {
      const reply = await talk(address, within(signal), async (socket) => {
        socket.write('zPING\0');
      });
      if (reply !== 'PONG') throw new ScannerUnavailable('NO_PONG');
    },
  };
}

async function sendStream(socket: Socket, content: Readable): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'));
  for await (const chunk of content) {
    const bytes: Buffer = Buffer.from(chunk);
    if (bytes.length === 0) continue;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    socket.write(length);
    await write(socket, bytes);
  }
  await write(socket, endOfStream);
}

/** Waits for room, so that a scanner that reads slowly slows the reading of the file. */
async function write(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed) throw new ScannerUnavailable('CLOSED');
  if (socket.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      socket.off('drain', go).off('close', go);
      resolve();
    };
    socket.on('drain', go).on('close', go);
  });
}

async function talk(
  address: string,
  signal: AbortSignal,
  speak: (socket: Socket) => Promise<void>,
): Promise<string> {
  const socket = open(address);
  try {
    return await new Promise<string>((resolve, reject) => {
      const fail = (code: string) => (cause?: unknown) => reject(new ScannerUnavailable(code, cause));
      let reply = '';
      socket.setEncoding('utf8');
      socket.on('data', (text: string) => {
        reply += text;
        const end = reply.indexOf('\0');
        if (end >= 0) resolve(reply.slice(0, end));
        else if (reply.length > longestReply) fail('REPLY_TOO_LONG')();
      });
      socket.on('error', fail('CONNECTION'));
      socket.on('close', fail('CLOSED'));
      if (signal.aborted) fail('TIMEOUT')();
      signal.addEventListener('abort', fail('TIMEOUT'), { once: true });
      speak(socket).catch((cause: unknown) => {
        // It may have said why before it closed; that counts more than the closing.
        if (reply === '')
          reject(cause instanceof Error ? cause : new ScannerUnavailable('CONNECTION', cause));
      });
    });
  } finally {
    socket.destroy();
  }
}

function open(address: string): Socket {
  if (address.startsWith('/')) return connect(address);
  const at = address.lastIndexOf(':');
  return connect({ host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) });
}

function verdictOf(reply: string): ScanVerdict {
  if (reply === 'stream: OK') return 'CLEAN';
  if (/^stream: .+ FOUND$/.test(reply)) return 'REFUSED';
  throw new ScannerUnavailable(
    reply.startsWith('INSTREAM size limit exceeded') ? 'TOO_LARGE_FOR_SCANNER' : 'ERROR',
  );
}
