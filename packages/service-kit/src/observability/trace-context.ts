import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

/** Random bytes as hex from a pool: a call to the generator per request costs more than the hex. */
function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

const traceparentPattern = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/;
const zeroTrace = '0'.repeat(32);
const zeroSpan = '0'.repeat(16);

/** The trace id of a W3C `traceparent` header, or a new one when there is none that is valid. */
export function traceIdFrom(traceparent: string | string[] | undefined): string {
  if (typeof traceparent === 'string' && traceparent.length <= 256) {
    const match = traceparentPattern.exec(traceparent);
    const [, traceId, spanId] = match ?? [];
    if (
      traceId !== undefined &&
      traceId !== zeroTrace &&
      spanId !== zeroSpan &&
      !traceparent.startsWith('ff')
    ) {
      return traceId;
    }
  }
  return randomHex(16);
}

/** A `traceparent` for what this request causes: same trace, a new span. */
export function traceparentFor(traceId: string): string {
  return `00-${traceId}-${randomHex(8)}-01`;
}
