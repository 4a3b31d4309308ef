import type { Socket } from 'node:net';

/** What waits here before a slow client is not read for any longer. */
const mostWaitingBytes = 1024 * 1024;

/** The bytes of one connection on their way from the server to the client, in order. */
export interface AnswerQueue {
  push(bytes: Buffer, delayMs: number): void;
  /** The server has said all: the client's side ends after what still waits. */
  end(): void;
  isEmpty(): boolean;
  clear(): void;
}

/** Hands bytes over when their time has come; the server is not read while too much waits. */
export function createAnswerQueue(client: Socket, server: Socket): AnswerQueue {
  let waiting: { bytes: Buffer; dueAtMs: number }[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  client.on('drain', () => server.resume());

  const handOver = (bytes: Buffer): void => {
    if (!client.destroyed && !client.write(bytes)) server.pause();
  };

  function release(): void {
    timer = undefined;
    const nowMs = performance.now();
    for (let first = waiting[0]; first !== undefined && first.dueAtMs <= nowMs; first = waiting[0]) {
      waiting.shift();
      waitingBytes -= first.bytes.length;
      handOver(first.bytes);
    }
    const next = waiting[0];
    if (next !== undefined) timer = setTimeout(release, Math.max(1, next.dueAtMs - nowMs));
    else if (ended) client.end();
    if (waitingBytes < mostWaitingBytes && !client.writableNeedDrain) server.resume();
  }

  return {
    push(bytes, delayMs) {
      if (waiting.length === 0 && delayMs === 0) return handOver(bytes);
      // Later bytes never overtake earlier ones, even when the delay was shortened meanwhile.
      const dueAtMs = Math.max(performance.now() + delayMs, waiting.at(-1)?.dueAtMs ?? 0);
      waiting.push({ bytes, dueAtMs });
      waitingBytes += bytes.length;
      if (waitingBytes >= mostWaitingBytes) server.pause();
      timer ??= setTimeout(release, Math.max(1, dueAtMs - performance.now()));
    },
    end() {
      ended = true;
      if (waiting.length === 0) client.end();
    },
    isEmpty: () => waiting.length === 0,
    clear() {
      clearTimeout(timer);
      waiting = [];
      waitingBytes = 0;
    },
  };
}
