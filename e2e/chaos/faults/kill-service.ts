import type { LocalService } from '@chappe/local';
import { killAndComeBack } from './come-back.ts';
import type { Fault } from './fault.ts';
import { unitsOf } from './units-of.ts';

/** SIGKILL of one process of a service, whatever it is doing; its supervisor starts it again. */
export function killService(service: LocalService): Fault {
  return {
    kind: `kill-${service}`,
    title: `SIGKILL of ${service}`,
    touches: [service],
    needs: ['kafka', 'postgres'],
    leastHoldMs: 0,
    mostHoldMs: 0,
    brokers: 1,
    async run({ stack, random }) {
      return await killAndComeBack(stack.service(random.pick(unitsOf(stack, service))));
    },
  };
}
