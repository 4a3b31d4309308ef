import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeliveryFilter } from '../domain/inbox-filter.ts';
import type { InboxItem } from '../domain/inbox-item.ts';
import type { Reader } from './reader-rights.ts';
import { correspondent, fakeOutlet, fakeStore, limits } from './stream-hub.fixture.ts';
import { createStreamHub, type HubLimits, type StreamHub } from './stream-hub.ts';

const subject = { kind: 'PERSON', id: 'p', correspondent, grants: [], directoryRelease: 1 } as const;
let hubs: StreamHub[] = [];
const failures: unknown[] = [];

function hubOver(store: ReturnType<typeof fakeStore>, change: Partial<HubLimits> = {}): StreamHub {
  const hub = createStreamHub({
    store,
    limits: { ...limits, ...change },
    showItem: (each) => JSON.stringify({ number: each.number }),
    nowMs: () => Date.now(),
    observer: {
      opened: () => undefined,
      ended: () => undefined,
      pushed: () => undefined,
      failed: (error) => failures.push(error),
    },
  });
  hubs.push(hub);
  return hub;
}

const allowed: Reader = { correspondent, version: 1, subjectNow: () => subject };

function open(
  hub: StreamHub,
  position: number,
  reader: Reader = allowed,
  expiresAtMs = Number.POSITIVE_INFINITY,
  filter: DeliveryFilter | null = null,
) {
  const outlet = fakeOutlet();
  const stream = hub.open({ reader, outlet, epoch: 1, position, expiresAtMs, filter });
  return { outlet, stream };
}

async function settle(turns = 40): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});

afterEach(() => {
  for (const hub of hubs) hub.stop();
  hubs = [];
  failures.length = 0;
  vi.useRealTimers();
});

describe('a stream', () => {
  test('replays from its position, then goes on live without a read', async () => {
    const store = fakeStore();
    store.commit(10);
    const hub = hubOver(store);
    const { outlet } = open(hub, 3);
    await settle();
    const reads = store.state.reads;
    hub.publish(correspondent, store.commit(2));
    expect(outlet.received).toEqual(numbers(4, 12));
    expect(store.state.reads).toBe(reads);
  });

  test('gets in order what its replica committed in one order and heard of in another', async () => {
    const store = fakeStore();
    const hub = hubOver(store);
    const { outlet } = open(hub, 0);
    await settle();
    const first = store.commit(2);
    const second = store.commit(2);
    hub.publish(correspondent, second);
    hub.publish(correspondent, first);
    await settle();
    expect(outlet.received).toEqual(numbers(1, 4));
  });

  test('gets what another replica committed, by hint or, without any, by the poll', async () => {
    const store = fakeStore();
    const hub = hubOver(store);
    const { outlet } = open(hub, 0);
    await settle();
    store.commit(6);
    hub.hint(correspondent, 6);
    await settle();
    expect(outlet.received).toEqual(numbers(1, 6));
    store.commit(3);
    await vi.advanceTimersByTimeAsync(limits.pollMs);
    await settle();
    expect(outlet.received).toEqual(numbers(1, 9));
  });

  test('misses nothing that is committed while its channel opens', async () => {
    const store = fakeStore();
    const hub = hubOver(store);
    const { outlet } = open(hub, 0);
    hub.publish(correspondent, store.commit(2));
    await settle();
    expect(outlet.received).toEqual([1, 2]);
  });

  test('a hint that lies costs one read and changes nothing', async () => {
    const store = fakeStore();
    store.commit(2);
    const hub = hubOver(store);
    const { outlet } = open(hub, 2);
    await settle();
    hub.hint(correspondent, 1_000_000);
    await settle();
    hub.publish(correspondent, store.commit(1));
    expect(outlet.received).toEqual([3]);
  });

  test('that does not read holds a bounded buffer, is served from the store when it does, or is cut off', async () => {
    const store = fakeStore();
    const hub = hubOver(store);
    const slow = open(hub, 0);
    const never = open(hub, 0);
    const fast = open(hub, 0);
    await settle();
    slow.outlet.reading = false;
    never.outlet.reading = false;
    for (let batch = 0; batch < 40; batch += 1) {
      hub.publish(correspondent, store.commit(3));
      await settle(2);
    }
    expect(fast.outlet.received).toEqual(numbers(1, 120));
    expect(never.outlet.received.length).toBeLessThan(30);
    await vi.advanceTimersByTimeAsync(limits.stallTimeoutMs - 1);
    slow.outlet.resume();
    await settle();
    expect(slow.outlet.received).toEqual(numbers(1, 120));
    await vi.advanceTimersByTimeAsync(1);
    expect(never.outlet.ended).toBe('reader-too-slow');
    expect(never.outlet.peakBytes).toBeLessThan(2 * limits.maxBufferedBytes);
    expect(hub.openStreams()).toBe(2);
  });

  test('ends when its rights go, before the next item', async () => {
    const store = fakeStore();
    const hub = hubOver(store);
    let may = true;
    const reader: Reader = { correspondent, version: 1, subjectNow: () => (may ? subject : null) };
    const pushed = open(hub, 0, reader);
    const rechecked = open(hub, 0, reader);
    await settle();
    may = false;
    rechecked.stream.close();
    hub.publish(correspondent, store.commit(1));
    expect(pushed.outlet.received).toEqual([]);
    expect(pushed.outlet.ended).toBe('rights-changed');
    may = true;
    const idle = open(hub, 1, reader);
    await settle();
    may = false;
    hub.recheck();
    expect(idle.outlet.ended).toBe('rights-changed');
  });

  test('ends with its token, and beats until then', async () => {
    const store = fakeStore();
    const hub = hubOver(store);
    const { outlet } = open(hub, 0, allowed, Date.now() + 40_000);
    await settle();
    await vi.advanceTimersByTimeAsync(39_000);
    expect(outlet.heartbeats).toBe(2);
    expect(outlet.ended).toBeNull();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(outlet.ended).toBe('token-expired');
  });

  test('ends with a reset when the epoch was raised', async () => {
    const store = fakeStore();
    const hub = hubOver(store);
    const { outlet } = open(hub, 0);
    await settle();
    store.state.epoch = 2;
    await hub.poll();
    expect(outlet.ended).toBe('reset');
  });

  test('ends when the store fails its replay, so that the reader comes back', async () => {
    const store = fakeStore();
    store.commit(20);
    store.state.failing = true;
    const hub = hubOver(store);
    const { outlet } = open(hub, 0);
    await settle();
    expect(outlet.ended).toBe('shutdown');
    expect(failures).toHaveLength(1);
    store.state.failing = false;
    const again = open(hub, 0);
    await settle();
    expect(again.outlet.received).toEqual(numbers(1, 20));
  });

  test('after a recall is not served from memory what the store has withdrawn', async () => {
    const store = fakeStore();
    const hub = hubOver(store);
    open(hub, 0);
    await settle();
    hub.publish(correspondent, store.commit(3));
    hub.publish(correspondent, store.commit(1, 'CANCELLATION'));
    const reads = store.state.reads;
    const late = open(hub, 0);
    await settle();
    expect(late.outlet.received).toEqual(numbers(1, 4));
    expect(store.state.reads).toBeGreaterThan(reads);
  });

  test('skips in silence what its reader may not see, and the heartbeat moves past it', async () => {
    const store = fakeStore();
    const hub = createStreamHub({
      store,
      limits,
      showItem: (each) => (each.number % 2 === 0 ? null : JSON.stringify({ number: each.number })),
      nowMs: () => Date.now(),
      observer: { opened() {}, ended() {}, pushed() {}, failed() {} },
    });
    hubs.push(hub);
    const written: string[] = [];
    const outlet = fakeOutlet();
    const write = outlet.write;
    outlet.write = (bytes) => {
      written.push(bytes.toString('utf8'));
      write(bytes);
    };
    const expiresAtMs = Number.POSITIVE_INFINITY;
    hub.open({ reader: allowed, outlet, epoch: 1, position: 0, expiresAtMs, filter: null });
    await settle();
    hub.publish(correspondent, store.commit(4));
    expect(outlet.received).toEqual([1, 3]);
    await vi.advanceTimersByTimeAsync(limits.heartbeatMs + 1_000);
    expect(written.at(-1)).toContain('id: 1.4\n');
  });

  test('that is narrowed gets only what it asked for, replayed and live, and heartbeats move past the rest', async () => {
    const store = fakeStore();
    store.commit(3);
    store.commit(2, 'REPLY');
    store.commit(20);
    const hub = hubOver(store);
    const written: string[] = [];
    const { outlet } = open(hub, 0, allowed, Number.POSITIVE_INFINITY, { kind: 'REPLY' });
    const write = outlet.write;
    outlet.write = (bytes) => {
      written.push(bytes.toString('utf8'));
      write(bytes);
    };
    await settle();
    expect(outlet.received).toEqual([4, 5]);
    expect(store.state.reads).toBe(1);
    hub.publish(correspondent, [...store.commit(2), ...store.commit(1, 'REPLY'), ...store.commit(4)]);
    expect(outlet.received).toEqual([4, 5, 28]);
    await vi.advanceTimersByTimeAsync(limits.heartbeatMs + 1_000);
    expect(written.at(-1)).toContain('id: 1.32\n');
  });

  test('renders an item once for all streams of a reader, and again when its rights changed', async () => {
    const store = fakeStore();
    let rendered = 0;
    const hub = createStreamHub({
      store,
      limits,
      showItem(each) {
        rendered += 1;
        return JSON.stringify({ number: each.number });
      },
      nowMs: () => Date.now(),
      observer: { opened() {}, ended() {}, pushed() {}, failed() {} },
    });
    hubs.push(hub);
    const reader = { correspondent, version: 1, subjectNow: () => subject };
    const outlets = numbers(1, 50).map(() => open(hub, 0, reader).outlet);
    await settle();
    hub.publish(correspondent, store.commit(1));
    expect(outlets.every((outlet) => outlet.received.length === 1)).toBe(true);
    expect(rendered).toBe(1);
    reader.version = 2;
    open(hub, 0, reader);
    await settle();
    expect(rendered).toBe(2);
  });
});

test('whatever happens, every stream sees every number after its position once and in order', async () => {
  vi.useRealTimers();
  const anyKind = fc.constantFrom('LEAD', 'REPLY');
  const step = fc.oneof(
    fc.record({ act: fc.constant('local' as const), count: fc.integer({ min: 1, max: 5 }), kind: anyKind }),
    fc.record({ act: fc.constant('remote' as const), count: fc.integer({ min: 1, max: 5 }), kind: anyKind }),
    fc.record({ act: fc.constant('lost' as const), count: fc.integer({ min: 1, max: 5 }), kind: anyKind }),
    fc.record({ act: fc.constant('late' as const), count: fc.integer({ min: 1, max: 3 }) }),
    fc.record({
      act: fc.constant('open' as const),
      back: fc.integer({ min: 0, max: 20 }),
      filter: fc.constantFrom(null, { kind: 'LEAD' }, { kind: 'REPLY' }),
    }),
    fc.record({ act: fc.constant('stall' as const), which: fc.nat(7) }),
    fc.record({ act: fc.constant('read' as const), which: fc.nat(7) }),
    fc.record({ act: fc.constant('turn' as const), turns: fc.integer({ min: 1, max: 3 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const store = fakeStore();
      const hub = hubOver(store);
      const streams: {
        outlet: ReturnType<typeof fakeOutlet>;
        from: number;
        filter: DeliveryFilter | null;
      }[] = [];
      const late: InboxItem[][] = [];
      for (const each of steps) {
        if (each.act === 'local') hub.publish(correspondent, store.commit(each.count, each.kind));
        if (each.act === 'remote') {
          store.commit(each.count, each.kind);
          hub.hint(correspondent, store.rows.length);
        }
        if (each.act === 'lost') store.commit(each.count, each.kind);
        if (each.act === 'late') late.push(store.commit(each.count));
        if (each.act === 'open') {
          const from = Math.max(0, store.rows.length - each.back);
          const opened = open(hub, from, allowed, Number.POSITIVE_INFINITY, each.filter);
          streams.push({ ...opened, from, filter: each.filter });
        }
        if (each.act === 'stall') {
          const outlet = streams[each.which]?.outlet;
          if (outlet !== undefined) outlet.reading = false;
        }
        if (each.act === 'read') streams[each.which]?.outlet.resume();
        if (each.act === 'turn') await settle(each.turns);
        if (each.act === 'turn') for (const items of late.splice(0)) hub.publish(correspondent, items);
      }
      for (const stream of streams) stream.outlet.resume();
      await settle();
      await hub.poll();
      await settle(60);
      for (const { outlet, from, filter } of streams) {
        expect(outlet.ended).toBeNull();
        const wanted = store.rows.filter((row) => row.number > from && (filter ?? row).kind === row.kind);
        expect(outlet.received).toEqual(wanted.map((row) => row.number));
      }
      hub.stop();
    }),
    { numRuns: 150 },
  );
});
