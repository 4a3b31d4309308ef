import { EventEmitter } from 'node:events';
import type { Consumer } from 'kafkajs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchProgress } from './watch-progress.ts';

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const minuteMs = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** The events of a consumer, without one. */
function stubConsumer() {
  const emitter = new EventEmitter();
  const events = {
    FETCH_START: 'consumer.fetch_start',
    FETCH: 'consumer.fetch',
    GROUP_JOIN: 'consumer.group_join',
    CRASH: 'consumer.crash',
    REBALANCING: 'consumer.rebalancing',
  } as Consumer['events'];
  const on: Consumer['on'] = (event: string, listener: (event: never) => void) => {
    emitter.on(event, listener as () => void);
    return () => undefined;
  };
  return { watched: { events, on }, emit: (event: string) => emitter.emit(`consumer.${event}`) };
}

function given() {
  const said: string[] = [];
  const watch = watchProgress({
    group: 'g',
    topicPrefix: '',
    lanes: () => [],
    consumer: () => undefined,
    replace: (cause) => said.push(`replace: ${cause.name}`),
    onSilence: (error) => said.push(`end: ${error.name}`),
    log,
  });
  watch.start();
  return { watch, said };
}

it('replaces a silent consumer first, and ends the process only when its successor never fetched', () => {
  const { watch, said } = given();
  watch.watch(stubConsumer().watched);
  vi.advanceTimersByTime(2 * minuteMs);
  expect(said).toEqual([]);
  vi.advanceTimersByTime(2 * minuteMs);
  expect(said).toEqual(['replace: ConsumerSilent']);
  const successor = stubConsumer();
  watch.watch(successor.watched);
  successor.emit('group_join');
  successor.emit('fetch_start');
  vi.advanceTimersByTime(4 * minuteMs);
  expect(said).toEqual(['replace: ConsumerSilent', 'end: ConsumerSilent']);
});

it('replaces again, however often, as long as replacing helped', () => {
  const { watch, said } = given();
  for (let round = 1; round <= 5; round += 1) {
    const consumer = stubConsumer();
    watch.watch(consumer.watched);
    consumer.emit('fetch');
    vi.advanceTimersByTime(4 * minuteMs);
    expect(said).toEqual(Array.from({ length: round }, () => 'replace: ConsumerSilent'));
  }
});

it('takes a fetch that begins, a join and a crash for signs of life', () => {
  const { watch, said } = given();
  const consumer = stubConsumer();
  watch.watch(consumer.watched);
  for (const event of ['fetch_start', 'group_join', 'crash', 'rebalancing', 'fetch_start']) {
    vi.advanceTimersByTime(2 * minuteMs);
    consumer.emit(event);
  }
  expect(said).toEqual([]);
});
