import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { quietTimerLoop } from './quiet-timer.ts';

/**
 * kafkajs issue 1751: after any answer RequestQueue schedules a check of its pending requests in
 * `throttledUntil - now` milliseconds, a large negative number when it never was throttled, and each check
 * schedules the next: an idle producer and consumer burnt 454 ms of CPU in 10 s.
 */
const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue');

const openQueue = () =>
  new RequestQueue({
    maxInFlightRequests: 1,
    requestTimeout: 1_000,
    enforceRequestTimeout: false,
    clientId: 'test',
    broker: 'test',
    logger: { debug: () => undefined, warn: () => undefined },
  });

const request = (correlationId: number, sent: number[]) => ({
  entry: { correlationId, apiName: 'Test', resolve: () => undefined, reject: () => undefined },
  expectResponse: true,
  sendRequest: () => sent.push(correlationId),
});

beforeEach(() => {
  quietTimerLoop();
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it('leaves no timer behind when nothing is pending', () => {
  const queue = openQueue();
  const sent: number[] = [];
  queue.push(request(1, sent));
  queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
  expect(sent).toEqual([1]);
  expect(vi.getTimerCount()).toBe(0);
});

it('still sends what waits once throttling ends', () => {
  const queue = openQueue();
  const sent: number[] = [];
  queue.maybeThrottle(200);
  queue.push(request(1, sent));
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(250);
  expect(sent).toEqual([1]);
});

it('still sends what waits behind another request', () => {
  const queue = openQueue();
  const sent: number[] = [];
  queue.push(request(1, sent));
  queue.push(request(2, sent));
  expect(sent).toEqual([1]);
  queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
  expect(sent).toEqual([1, 2]);
});
