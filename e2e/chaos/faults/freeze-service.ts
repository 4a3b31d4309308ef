import type { LocalService } from '@chappe/local';
import { waitUntilServing } from './come-back.ts';
import type { Fault } from './fault.ts';
import { hold } from './hold.ts';
import { unitsOf } from './units-of.ts';

const readers: readonly LocalService[] = ['router', 'mailbox', 'archive'];

/** SIGSTOP of a reader for longer than the session time-out: its group goes on without it, and it wakes up as a zombie. */
export const freezeService: Fault = {
  kind: 'freeze-service',
  title: 'SIGSTOP of a service beyond its session time-out',
  touches: ['router', 'mailbox', 'archive'],
  needs: ['kafka', 'postgres'],
  leastHoldMs: 4_000,
  mostHoldMs: 9_000,
  brokers: 1,
  async run({ stack, random, holdMs, signal }) {
    const process = stack.service(random.pick(unitsOf(stack, random.pick(readers))));
    process.kill('SIGSTOP');
    try {
      await hold(holdMs, signal);
    } finally {
      process.kill('SIGCONT');
    }
    await waitUntilServing(process);
    return `${process.name} stood still for ${holdMs} ms and serves again`;
  },
};
