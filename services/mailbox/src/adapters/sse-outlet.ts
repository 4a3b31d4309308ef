import type { ServerResponse } from 'node:http';
import { endFrame } from '../domain/sse-frame.ts';
import type { StreamOutlet } from './stream-hub.ts';

/** The outlet of a stream over an HTTP response whose head has been written. */
export function createSseOutlet(response: ServerResponse, options: { endGraceMs: number }): StreamOutlet {
  return {
    write(bytes) {
      if (!response.writableEnded && !response.destroyed) response.write(bytes);
    },
    bufferedBytes: () => response.writableLength,
    drained: (timeoutMs) => drained(response, timeoutMs),
    end(reason) {
      if (response.writableEnded || response.destroyed) return;
      response.end(endFrame(reason));
      // A reader that does not read would hold the connection, and what is buffered for it, for ever.
      const cut = setTimeout(() => response.destroy(), options.endGraceMs);
      response.once('close', () => clearTimeout(cut));
    },
  };
}

function drained(response: ServerResponse, timeoutMs: number): Promise<boolean> {
  if (response.destroyed) return Promise.resolve(false);
  if (!response.writableNeedDrain) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (outcome: boolean): void => {
      clearTimeout(timer);
      response.off('drain', onDrain);
      response.off('close', onClose);
      resolve(outcome);
    };
    const onDrain = (): void => settle(true);
    const onClose = (): void => settle(false);
    const timer = setTimeout(() => settle(false), timeoutMs);
    response.once('drain', onDrain);
    response.once('close', onClose);
  });
}
