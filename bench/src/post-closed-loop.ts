import { connect, type Socket } from 'node:net';
import { uuidV7 } from '@chappe/client';
import { build } from 'hdr-histogram-js';

/** What one side answered while a fixed number of connections asked without pause. */
export interface ClosedLoopResult {
  readonly acknowledgedPerS: number;
  readonly p99Ms: number;
  readonly otherAnswers: number;
}

/** Where to post; every request carries `body` under a submission id of its own. */
export interface ClosedLoopTarget {
  readonly url: string;
  readonly path: string;
  readonly connections: number;
  readonly durationS: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const submissionIdLength = 36;

/**
 * Posts fresh leads over keep-alive connections, each sending its next request when the last was answered. A
 * general load generator builds every request anew and takes a core for itself on a small machine; here only
 * the submission id is written into prepared bytes.
 */
export async function postClosedLoop(target: ClosedLoopTarget): Promise<ClosedLoopResult> {
  const latenciesUs = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000 });
  let acknowledged = 0;
  let otherAnswers = 0;
  const startMs = performance.now();
  const endMs = startMs + target.durationS * 1000;
  await Promise.all(
    Array.from({ length: target.connections }, () =>
      runConnection(target, endMs, (status, latencyMs) => {
        if (status === 202) acknowledged += 1;
        else otherAnswers += 1;
        latenciesUs.recordValue(Math.max(1, Math.round(latencyMs * 1000)));
      }),
    ),
  );
  return {
    acknowledgedPerS: acknowledged / ((performance.now() - startMs) / 1000),
    p99Ms: latenciesUs.getValueAtPercentile(99) / 1000,
    otherAnswers,
  };
}

/** One connection until the time is up; resolves when its last request was answered. */
function runConnection(
  target: ClosedLoopTarget,
  endMs: number,
  onAnswer: (status: number, latencyMs: number) => void,
): Promise<void> {
  const { bytes, idAt } = prepareRequest(target);
  const { hostname, port } = new URL(target.url);
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let sentMs = 0;
    let received = '';
    const send = (): void => {
      bytes.write(uuidV7(), idAt, 'latin1');
      sentMs = performance.now();
      // A copy: the socket may keep the bytes until they have left.
      socket.write(Buffer.from(bytes));
    };
    socket.setEncoding('latin1');
    socket.once('connect', send);
    socket.on('error', reject);
    socket.on('data', (chunk: string) => {
      received += chunk;
      const status = answeredStatus(received);
      if (status === undefined) return;
      received = '';
      onAnswer(status, performance.now() - sentMs);
      if (performance.now() < endMs) return send();
      socket.end();
      resolve();
    });
    socket.on('close', () => reject(new Error('the server closed a connection')));
  });
}

function prepareRequest(target: ClosedLoopTarget): { bytes: Buffer; idAt: number } {
  const headers = Object.entries({
    host: new URL(target.url).host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(target.body)),
    ...target.headers,
  });
  const head = `POST ${target.path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const bytes = Buffer.from(head + target.body);
  const idAt = bytes.indexOf('"submissionId":"') + '"submissionId":"'.length;
  if (bytes[idAt + submissionIdLength] !== 0x22) throw new Error('the body has no submission id');
  return { bytes, idAt };
}

/** The status of a complete answer with a Content-Length; undefined while some of it is missing. */
function answeredStatus(text: string): number | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [, length] = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd)) ?? [];
  if (text.length < headEnd + 4 + Number(length ?? 0)) return undefined;
  return Number(text.slice(9, 12));
}
