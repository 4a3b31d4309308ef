import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LinkTreatment, Stack } from '@chappe/local';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fault, type FaultContext, PromiseBroken } from '../faults/fault.ts';
import { type History, openHistory } from '../history/open-history.ts';
import type { PlannedFault } from './planned-fault.ts';
import { runPlan, type TimelineStep } from './run-plan.ts';

/** A world of one proxy and no process: what a plan does with faults needs no more. */
let folder: string;
let history: History;
let treatments: LinkTreatment[];
let done: string[];
let stopping: AbortController;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chappe-plan-'));
  mkdirSync(join(folder, 'orders'));
  history = openHistory(folder);
  treatments = [];
  done = [];
  stopping = new AbortController();
});
afterEach(() => {
  history.close();
  rmSync(folder, { recursive: true, force: true });
});

function world(): Pick<Stack, 'links' | 'smallDisks' | 'state'> {
  return {
    links: new Map([
      [
        'kafka-1',
        {
          name: 'kafka-1',
          port: 1,
          openConnections: 0,
          treat: (treatment) => treatments.push(treatment),
          close: async () => undefined,
        },
      ],
    ]),
    smallDisks: new Map(),
    state: {
      url: 'http://127.0.0.1:1',
      issuer: 'http://127.0.0.1:1',
      kafka: { brokers: [], username: null, password: null, mechanism: 'plain' },
      postgres: '',
      redis: null,
      services: {},
      pids: {},
    },
  };
}

function fault(kind: string, run: (context: FaultContext) => Promise<string>): Fault {
  return { kind, title: kind, touches: [], needs: [], leastHoldMs: 0, mostHoldMs: 0, brokers: 1, run };
}

function planned(kind: string, change: Partial<PlannedFault> = {}): PlannedFault {
  return { ordinal: 1, kind, pauseMs: 0, holdMs: 20, seed: 1, together: false, ...change };
}

async function carryOut(plan: PlannedFault[], faults: Fault[], untilMs = Number.POSITIVE_INFINITY) {
  const steps: TimelineStep[] = [];
  const stack = world();
  const missing = (): never => {
    throw new Error('this world has no processes and no clients');
  };
  await runPlan({
    plan,
    faults,
    untilMs,
    surroundings: {
      stack: {
        ...stack,
        dataDir: folder,
        accounts: [],
        clients: [],
        service: missing,
        process: missing,
        kafkaUser: () => null,
        setAutoRestart: () => undefined,
        stop: async () => undefined,
      },
      clients: { of: missing, asPerson: missing, tokenOf: async () => missing() },
      history,
      signal: stopping.signal,
      orders: join(folder, 'orders'),
    },
    async onStep(step) {
      steps.push(step);
    },
  });
  return steps;
}

const noting = (kind: string): Fault =>
  fault(kind, async ({ holdMs, random }) => {
    await sleep(holdMs);
    done.push(kind);
    return `${kind} drew ${random.integer(1_000_000)}`;
  });

describe('a plan that is carried out', () => {
  it('takes one step after the other, and those that begin together at once', async () => {
    const plan = [
      planned('slow', { holdMs: 60 }),
      planned('quick', { holdMs: 5, together: true }),
      planned('last'),
    ];
    const steps = await carryOut(plan, [noting('slow'), noting('quick'), noting('last')]);
    expect(done).toEqual(['quick', 'slow', 'last']);
    expect(steps.map(({ outcomes }) => outcomes.map((each) => each.planned.kind))).toEqual([
      ['slow', 'quick'],
      ['last'],
    ]);
    const notes = [...history.events()].flatMap((event) => (event.what === 'note' ? [event.text] : []));
    expect(notes[0]).toBe('slow begins');
    expect(notes).toHaveLength(6);
  });

  it('gives a fault the same draws for the same seed', async () => {
    const plan = [planned('one', { seed: 7 }), planned('one', { seed: 7 }), planned('one', { seed: 8 })];
    const texts = (await carryOut(plan, [noting('one')])).map(({ outcomes }) => outcomes[0]?.text);
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toBe(texts[2]);
  });

  it('heals the world after a fault that failed, and goes on', async () => {
    writeFileSync(join(folder, 'orders', 'before-produce'), '');
    const failing = fault('failing', async () => {
      throw new Error('no such broker');
    });
    const steps = await carryOut([planned('failing'), planned('next')], [failing, noting('next')]);
    expect(steps[0]?.outcomes[0]).toMatchObject({ status: 'failed', text: 'no such broker' });
    expect(treatments).toEqual([{ how: 'pass' }]);
    expect(existsSync(join(folder, 'orders', 'before-produce'))).toBe(false);
    expect(done).toEqual(['next']);
  });

  it('tells a broken promise from a fault that failed', async () => {
    const breaking = fault('breaking', async () => {
      throw new PromiseBroken('an oversized body was answered 202');
    });
    const [step] = await carryOut([planned('breaking')], [breaking]);
    expect(step?.outcomes[0]?.status).toBe('broken');
  });

  it('ends when it is told to, once the fault under way has put the world back', async () => {
    const endless = fault('endless', async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      done.push('put back');
      return 'ended early';
    });
    setTimeout(() => stopping.abort(), 30);
    await carryOut([planned('endless'), planned('never')], [endless, noting('never')]);
    expect(done).toEqual(['put back']);
  });

  it('begins nothing after its time', async () => {
    const steps = await carryOut([planned('late')], [noting('late')], performance.now() - 1);
    expect(steps).toEqual([]);
  });
});
