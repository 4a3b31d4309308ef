import type { onRequestHookHandler } from 'fastify';
import { answerClientError } from './answer-problems.ts';

/** For the answer to leave before the connection is destroyed. */
const leavingMs = 1_000;

/**
 * Gives the body of a request so long to arrive. Node has one bound for all requests of a server; where some routes
 * take slow bodies, that bound is theirs, and this one holds for the others.
 */
export function boundBodyTime(timeoutMs: number): onRequestHookHandler {
  return (request, _reply, done) => {
    const { raw } = request;
    const hasBody =
      raw.headers['transfer-encoding'] !== undefined || Number(raw.headers['content-length']) > 0;
    if (hasBody && request.routeOptions.config?.slowBody !== true) {
      const timer = setTimeout(() => {
        if (raw.complete) return;
        const late = Object.assign(new Error('the body took too long'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
        answerClientError(late, raw.socket);
        setTimeout(() => raw.socket.destroy(), leavingMs).unref();
      }, timeoutMs);
      timer.unref();
      raw.once('close', () => clearTimeout(timer));
    }
    done();
  };
}
