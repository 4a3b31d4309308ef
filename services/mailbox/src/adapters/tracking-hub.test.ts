import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Reader } from './reader-rights.ts';
import { createTrackingHub, type TrackingHub } from './tracking-hub.ts';

const correspondent = 'post:DJ';
const subject = { kind: 'PERSON', id: 'p', correspondent, grants: [], directoryRelease: 1 } as const;
const limits = {
  ...{ maxBufferedBytes: 300, stallTimeoutMs: 5_000, heartbeatMs: 15_000, pollMs: 1_000, maxReads: 2 },
};
const thread = 't-1';
let hubs: TrackingHub[] = [];
const failures: unknown[] = [];

/** A store in which a message has a state, and readers that are let see it or not. */
function scene() {
  const state = { value: 1, visible: true, allowed: true, failing: false, reads: 0, together: 0, most: 0 };
  const reader: Reader = {
    correspondent,
    version: 1,
    subjectNow: () => (state.allowed ? subject : null),
  };
  const hub = createTrackingHub({
    source: {
      async read() {
        state.reads += 1;
        state.together += 1;
        state.most = Math.max(state.most, state.together);
        const { value, visible, failing } = state;
        await new Promise((resolve) => setImmediate(resolve));
        state.together -= 1;
        if (failing) throw new Error('the store is away');
        return visible ? JSON.stringify({ value }) : null;
      },
      readPulses: async () => new Map([[thread, String(state.value)]]),
    },
    limits,
    nowMs: () => Date.now(),
    observer: { opened() {}, ended() {}, failed: (error) => failures.push(error) },
  });
  hubs.push(hub);
  const open = (lastId: string | null = null, expiresAtMs = Number.POSITIVE_INFINITY) => {
    const outlet = stateOutlet();
    const stream = hub.open({ reader, messageId: 'm', threadId: thread, outlet, expiresAtMs, lastId });
    return { outlet, stream };
  };
  return { state, hub, open };
}

function stateOutlet() {
  let buffered = 0;
  let waiting: ((drained: boolean) => void) | undefined;
  const outlet = {
    values: [] as number[],
    ids: [] as string[],
    heartbeats: 0,
    ended: null as string | null,
    reading: true,
    peakBytes: 0,
    write(bytes: Buffer) {
      const text = bytes.toString('utf8');
      if (text.startsWith(': heartbeat')) outlet.heartbeats += 1;
      const [, id, value] = /^event: tracking\nid: (\S+)\ndata: \{"value":(\d+)\}\n\n$/.exec(text) ?? [];
      if (id !== undefined) {
        outlet.ids.push(id);
        outlet.values.push(Number(value));
      }
      if (outlet.reading) return;
      buffered += bytes.length;
      outlet.peakBytes = Math.max(outlet.peakBytes, buffered);
    },
    bufferedBytes: () => buffered,
    drained: (timeoutMs: number) =>
      new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), timeoutMs);
        waiting = (drained) => {
          clearTimeout(timer);
          resolve(drained);
        };
      }),
    end(reason: string) {
      outlet.ended = reason;
    },
    resume() {
      outlet.reading = true;
      buffered = 0;
      waiting?.(true);
    },
  };
  return outlet;
}

async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});

afterEach(() => {
  for (const hub of hubs) hub.stop();
  hubs = [];
  failures.length = 0;
  vi.useRealTimers();
});

describe('who watches a message', () => {
  test('is told at once how it stands, then each change, by hint or by the poll, and nothing twice', async () => {
    const { state, hub, open } = scene();
    const { outlet } = open();
    await settle();
    state.value = 2;
    hub.changed([thread, 'another']);
    hub.changed([thread]);
    await settle();
    expect(outlet.values).toEqual([1, 2]);
    await hub.poll();
    await settle();
    state.value = 3;
    await vi.advanceTimersByTimeAsync(limits.pollMs);
    await settle();
    expect(outlet.values).toEqual([1, 2, 3]);
    hub.changed([thread]);
    await settle();
    expect(outlet.values).toEqual([1, 2, 3]);
  });

  test('and comes back is told only of another state', async () => {
    const { state, open } = scene();
    const first = open();
    await settle();
    first.stream.close();
    const same = open(first.outlet.ids[0]);
    await settle();
    expect(same.outlet.values).toEqual([]);
    state.value = 5;
    const other = open(first.outlet.ids[0]);
    await settle();
    expect(other.outlet.values).toEqual([5]);
  });

  test('is told what happened while a state was being read', async () => {
    const { state, hub, open } = scene();
    const { outlet } = open();
    state.value = 2;
    hub.changed([thread]);
    await settle();
    expect(outlet.values.at(-1)).toBe(2);
  });

  test('is out as soon as its rights are gone, before the next state, also while it is read', async () => {
    const { state, hub, open } = scene();
    const idle = open();
    await settle();
    state.allowed = false;
    hub.recheck();
    expect(idle.outlet.ended).toBe('rights-changed');
    state.allowed = true;
    const pushed = open();
    await settle();
    state.value = 2;
    hub.changed([thread]);
    state.allowed = false;
    await settle();
    expect(pushed.outlet.values).toEqual([1]);
    expect(pushed.outlet.ended).toBe('rights-changed');
    state.allowed = true;
    const unseen = open();
    await settle();
    state.visible = false;
    hub.changed([thread]);
    await settle();
    expect(unseen.outlet.ended).toBe('rights-changed');
    expect(hub.openStreams()).toBe(0);
  });

  test('ends with its token, beats until then, and looks again with each beat', async () => {
    const { state, open } = scene();
    const { outlet } = open(null, Date.now() + 40_000);
    await settle();
    const reads = state.reads;
    await vi.advanceTimersByTimeAsync(39_000);
    expect(outlet.heartbeats).toBe(2);
    expect(state.reads).toBeGreaterThanOrEqual(reads + 2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(outlet.ended).toBe('token-expired');
  });

  test('and does not read holds a bounded buffer, and gets the state of then or is cut off', async () => {
    const { state, hub, open } = scene();
    const slow = open();
    const never = open();
    await settle();
    slow.outlet.reading = false;
    never.outlet.reading = false;
    for (let change = 2; change < 60; change += 1) {
      state.value = change;
      hub.changed([thread]);
      await settle(6);
    }
    expect(never.outlet.peakBytes).toBeLessThan(2 * limits.maxBufferedBytes);
    await vi.advanceTimersByTimeAsync(limits.stallTimeoutMs - 1);
    slow.outlet.resume();
    await settle();
    expect(slow.outlet.values.at(-1)).toBe(59);
    await vi.advanceTimersByTimeAsync(1);
    expect(never.outlet.ended).toBe('reader-too-slow');
    expect(slow.outlet.ended).toBeNull();
  });

  test('is sent back when the store fails, having been told nothing', async () => {
    const { state, hub, open } = scene();
    const { outlet } = open();
    await settle();
    state.failing = true;
    state.value = 2;
    hub.changed([thread]);
    await settle();
    expect(outlet.ended).toBe('shutdown');
    expect(failures).toHaveLength(1);
    state.failing = false;
    const again = open(outlet.ids.at(-1));
    await settle();
    expect(again.outlet.values).toEqual([2]);
  });
});

test('a thousand who watch the same read the store a few at a time, and all get the last state', async () => {
  const { state, hub, open } = scene();
  const outlets = Array.from({ length: 1_000 }, () => open().outlet);
  state.value = 7;
  hub.changed([thread]);
  await settle(3_000);
  expect(state.most).toBeLessThanOrEqual(limits.maxReads);
  expect(outlets.every((outlet) => outlet.values.at(-1) === 7)).toBe(true);
});

test('whatever happens, every watcher’s last state is the present one and its states only move on', async () => {
  vi.useRealTimers();
  const step = fc.oneof(
    fc.record({ act: fc.constant('change' as const), told: fc.boolean() }),
    fc.record({ act: fc.constant('open' as const) }),
    fc.record({ act: fc.constant('stall' as const), which: fc.nat(4) }),
    fc.record({ act: fc.constant('read' as const), which: fc.nat(4) }),
    fc.record({ act: fc.constant('turn' as const), turns: fc.integer({ min: 1, max: 4 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { state, hub, open } = scene();
      const outlets = [open().outlet];
      for (const each of steps) {
        if (each.act === 'change') state.value += 1;
        if (each.act === 'change' && each.told) hub.changed([thread]);
        if (each.act === 'open') outlets.push(open().outlet);
        const which = 'which' in each ? outlets[each.which] : undefined;
        if (each.act === 'stall' && which !== undefined) which.reading = false;
        if (each.act === 'read') which?.resume();
        if (each.act === 'turn') await settle(each.turns);
      }
      for (const outlet of outlets) outlet.resume();
      await hub.poll();
      await settle(60);
      for (const outlet of outlets) {
        expect(outlet.ended).toBeNull();
        expect(outlet.values.at(-1)).toBe(state.value);
        expect(outlet.values).toEqual([...new Set(outlet.values)].sort((a, b) => a - b));
      }
      hub.stop();
    }),
    { numRuns: 100 },
  );
});
