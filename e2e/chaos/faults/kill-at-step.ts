import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalService } from '@chappe/local';
import { waitUntilBack } from './come-back.ts';
import type { Fault } from './fault.ts';
import { hold } from './hold.ts';
import { unitsOf } from './units-of.ts';

/** The steps of the life of a lead before and after which `e2e/fault-points` can end a service. */
const steps: readonly (readonly [LocalService, string])[] = [
  ['ingest', 'produce'],
  ['router', 'record'],
  ['router', 'publish'],
  ['router', 'advance'],
  ['mailbox', 'apply'],
  ['mailbox', 'relay'],
  ['archive', 'keep'],
];
const pollMs = 20;
const mostWaitMs = 20_000;

/** The programs that obey such orders, in place of the services' own. */
export const stepMains = Object.fromEntries(
  ['ingest', 'router', 'mailbox', 'archive'].map((service) => [
    service,
    new URL(`../../fault-points/${service}-main.ts`, import.meta.url).pathname,
  ]),
) as Readonly<Partial<Record<LocalService, string>>>;

/** SIGKILL of a service just before or just after a step of the life of a lead. */
export const killAtStep: Fault = {
  kind: 'kill-at-step',
  title: 'SIGKILL just before or after a step of the life of a lead',
  touches: ['ingest', 'router', 'mailbox', 'archive'],
  needs: ['kafka', 'postgres'],
  leastHoldMs: 0,
  mostHoldMs: 0,
  brokers: 1,
  async run({ stack, random, signal, orders }) {
    const [service, step] = random.pick(steps);
    const point = `${random.pick(['before', 'after'])}-${step}`;
    const pids = new Map(unitsOf(stack, service).map((unit) => [unit, stack.service(unit).pid]));
    const order = join(orders, point);
    try {
      writeFileSync(order, '');
      for (let waitedMs = 0; existsSync(order); waitedMs += pollMs) {
        if (waitedMs > mostWaitMs || signal.aborted) return `${service} never came to ${point}`;
        await hold(pollMs, signal);
      }
    } finally {
      rmSync(order, { force: true });
    }
    // The order says which step, not which replica obeyed it.
    for (let waitedMs = 0; waitedMs < mostWaitMs; waitedMs += pollMs) {
      const dead = [...pids].find(([unit, pid]) => stack.service(unit).pid !== pid);
      if (dead !== undefined) {
        await waitUntilBack(stack.service(dead[0]), dead[1]);
        return `${dead[0]} was killed ${point} and serves again`;
      }
      await hold(pollMs, signal);
      if (signal.aborted) break;
    }
    throw new Error(`${service} took the order to die ${point} and lives`);
  },
};
