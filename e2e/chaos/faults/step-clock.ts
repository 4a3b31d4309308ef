import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalService, localServices } from '@chappe/local';
import type { Fault } from './fault.ts';
import { hold } from './hold.ts';

const preload = fileURLToPath(new URL('./clock/step-clock.mjs', import.meta.url));
const stepsMs = [-3_600_000, -90_000, -5_000, -700, 700, 5_000, 90_000, 3_600_000];

/** What a service needs in its environment so that its clock can be stepped. */
export function clockEnvironment(orders: string, service: LocalService): Record<string, string> {
  return { NODE_OPTIONS: `--import=${preload}`, CHAPPE_CLOCK_FILE: clockFile(orders, service) };
}

/** Steps the wall clock of one service, to and fro; tokens may expire early, and ids be of another time. */
export const stepClock: Fault = {
  kind: 'step-clock',
  title: 'the clock of one service stepped forward or back',
  touches: [],
  needs: [],
  leastHoldMs: 2_000,
  mostHoldMs: 8_000,
  brokers: 1,
  async run({ orders, random, holdMs, signal }) {
    const service = random.pick(localServices);
    const file = clockFile(orders, service);
    const there = random.pick(stepsMs);
    const back = random.next() < 0.5 ? -there : 0;
    try {
      writeFileSync(file, String(there));
      await hold(holdMs / 2, signal);
      if (back !== 0) writeFileSync(file, String(back));
      await hold(holdMs / 2, signal);
    } finally {
      rmSync(file, { force: true });
    }
    const stepped = (ms: number): string => `${ms > 0 ? '+' : ''}${ms / 1000} s`;
    const ways = [there, ...(back === 0 ? [] : [back])].map(stepped).join(', then ');
    return `the clock of ${service} was off by ${ways} for ${holdMs} ms`;
  },
};

function clockFile(orders: string, service: LocalService): string {
  return join(orders, `clock-of-${service}`);
}
