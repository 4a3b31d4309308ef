import { describe, expect, it } from 'vitest';
import { createLifecycle } from './create-lifecycle.ts';

function given(timeoutMs = 1_000) {
  const logged: string[] = [];
  const exits: number[] = [];
  const note = (_fields: unknown, message?: string): void => void logged.push(message ?? '');
  const log = { info: note, warn: note, error: note, fatal: note };
  const lifecycle = createLifecycle({ log, timeoutMs, exit: (code) => void exits.push(code) });
  return { lifecycle, logged, exits };
}

describe('a lifecycle', () => {
  it('ends what was opened last first, each after the other, and only once', async () => {
    const { lifecycle } = given();
    const ended: string[] = [];
    lifecycle.onStop('producer', () => void ended.push('producer'));
    lifecycle.onStop('http', async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      ended.push('http');
    });
    const both = await Promise.all([lifecycle.stop('test'), lifecycle.stop('again')]);
    expect(both).toEqual([true, true]);
    expect(ended).toEqual(['http', 'producer']);
  });

  it('goes on after a step that fails and says that the end was not clean', async () => {
    const { lifecycle, logged } = given();
    const ended: string[] = [];
    lifecycle.onStop('first', () => void ended.push('first'));
    lifecycle.onStop('broken', () => {
      throw new Error('no');
    });
    expect(await lifecycle.stop('test')).toBe(false);
    expect(ended).toEqual(['first']);
    expect(logged).toContain('step failed to stop');
  });

  it('does not wait for ever', async () => {
    const { lifecycle, logged } = given(30);
    lifecycle.onStop('hanging', () => new Promise(() => {}));
    const before = performance.now();
    expect(await lifecycle.stop('test')).toBe(false);
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(logged).toContain('step did not stop in time');
  });

  it('leaves the process with a failure after it has failed', async () => {
    const { lifecycle, exits } = given();
    let ended = false;
    lifecycle.onStop('http', () => {
      ended = true;
    });
    await lifecycle.fail('consumer-crashed', new Error('x'));
    expect({ ended, exits }).toEqual({ ended: true, exits: [1] });
  });

  it('says that it stops to whatever waits, before anything is ended', async () => {
    const { lifecycle } = given();
    const seen: boolean[] = [];
    lifecycle.onStop('http', () => void seen.push(lifecycle.stopping.aborted));
    expect(lifecycle.stopping.aborted).toBe(false);
    await lifecycle.stop('test');
    expect(seen).toEqual([true]);
  });

  it('stops with the signal it was given, even one that came before', async () => {
    const stopSignal = new AbortController();
    const log = { info: () => {}, warn: () => {}, error: () => {}, fatal: () => {} };
    const running = createLifecycle({ log, timeoutMs: 100, stopSignal: stopSignal.signal });
    stopSignal.abort();
    expect(running.stopping.aborted).toBe(true);
    const late = createLifecycle({ log, timeoutMs: 100, stopSignal: stopSignal.signal });
    expect(late.stopping.aborted).toBe(true);
  });

  it('ends at once what is opened by a start that the stop has overtaken', async () => {
    const { lifecycle } = given();
    await lifecycle.stop('test');
    const ended: string[] = [];
    lifecycle.onStop('late', () => void ended.push('late'));
    await expect.poll(() => ended).toEqual(['late']);
  });
});
