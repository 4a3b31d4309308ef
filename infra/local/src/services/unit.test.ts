import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createUnit, type UnitEvent, type UnitProcess } from './unit.ts';

/** A process that lives until it is told otherwise. */
function fakeProcess(pid: number): UnitProcess & { end(how: unknown): void } {
  let alive = true;
  let end: (how: unknown) => void = () => undefined;
  const exited = new Promise<unknown>((resolve) => {
    end = (how) => {
      alive = false;
      resolve(how);
    };
  });
  return {
    pid,
    logFile: '/nowhere',
    exited,
    alive: () => alive,
    kill: (signal) => end({ code: null, signal }),
    stop: async () => end({ code: 0, signal: null }),
    end,
  };
}

describe('a unit', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const setUp = (autoRestart = true) => {
    const launched: ReturnType<typeof fakeProcess>[] = [];
    const events: UnitEvent[] = [];
    const hold: { next?: PromiseWithResolvers<void> } = {};
    const unit = createUnit(
      {
        name: 'mailbox',
        async launch() {
          await hold.next?.promise;
          const process = fakeProcess(100 + launched.length);
          launched.push(process);
          return process;
        },
        async ready(process) {
          if (!process.alive()) throw new Error('ended while starting');
        },
      },
      { autoRestart: () => autoRestart, onEvent: (event) => events.push(event) },
    );
    return {
      unit,
      launched,
      hold,
      events,
      pauses: () => events.flatMap((e) => (e.what === 'ended' ? [e.restartInMs] : [])),
    };
  };

  it('is started again with growing pauses while it keeps ending', async () => {
    const { unit, launched, pauses } = setUp();
    await unit.start();
    for (const pauseMs of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      launched.at(-1)?.end({ code: 1, signal: null });
      await vi.advanceTimersByTimeAsync(pauseMs);
    }
    expect(launched).toHaveLength(8);
    expect(pauses()).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('is given the short pause again after it ran soundly', async () => {
    const { unit, launched, pauses } = setUp();
    await unit.start();
    launched.at(-1)?.end({ code: 1, signal: null });
    await vi.advanceTimersByTimeAsync(500);
    await vi.advanceTimersByTimeAsync(61_000);
    launched.at(-1)?.end({ code: 1, signal: null });
    await vi.advanceTimersByTimeAsync(1);
    expect(pauses()).toEqual([500, 500]);
  });

  it('says how it ended, and that it serves again', async () => {
    const { unit, launched, events } = setUp();
    await unit.start();
    launched[0]?.kill('SIGKILL');
    await vi.advanceTimersByTimeAsync(500);
    expect(events.map(({ what }) => what)).toEqual(['started', 'ended', 'started', 'serving-again']);
    expect(events[1]).toMatchObject({ how: 'signal SIGKILL' });
    expect(unit.pid).toBe(101);
  });

  it('stays down when restarts are off, and when it was stopped during a pause', async () => {
    const off = setUp(false);
    await off.unit.start();
    off.launched[0]?.end({ code: 1, signal: null });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(off.launched).toHaveLength(1);

    const on = setUp();
    await on.unit.start();
    on.launched[0]?.end({ code: 1, signal: null });
    await vi.advanceTimersByTimeAsync(100);
    await on.unit.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(on.launched).toHaveLength(1);
    expect(on.unit.pid).toBeUndefined();
  });

  it('does not take a wanted stop for trouble', async () => {
    const { unit, events, launched } = setUp();
    await unit.start();
    await unit.restart();
    await unit.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events.map(({ what }) => what)).toEqual(['started', 'started']);
    expect(launched).toHaveLength(2);
  });

  it('that was crashed stays down until it is started anew', async () => {
    const { unit, launched, events } = setUp();
    await unit.start();
    await unit.crash();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(unit.pid).toBeUndefined();
    expect(launched).toHaveLength(1);
    expect(events.some(({ what }) => what === 'ended')).toBe(false);
    await unit.restart();
    expect(unit.pid).toBe(101);
  });

  it('that is stopped while it comes back ends as soon as it is there', async () => {
    const { unit, launched, hold } = setUp();
    await unit.start();
    hold.next = Promise.withResolvers<void>();
    launched[0]?.end({ code: 1, signal: null });
    await vi.advanceTimersByTimeAsync(600);
    await unit.stop();
    hold.next.resolve();
    await vi.advanceTimersByTimeAsync(1);
    expect(launched).toHaveLength(2);
    expect(launched[1]?.alive()).toBe(false);
  });
});
