import { waitUntilServing } from './come-back.ts';
import type { Fault, Part } from './fault.ts';
import { hold } from './hold.ts';

/** The broker whose data lies on a small disk, in a stack for chaos. */
export const brokerOnSmallDisk = 'kafka-3';

const endsWithinMs = 2_000;

/** Not one more byte fits on the disk of a store; later there is room again, and the store is started if it ended. */
export function fillDisk(store: 'postgres' | 'broker'): Fault {
  const name = store === 'broker' ? brokerOnSmallDisk : 'postgres';
  const part: Part = store === 'broker' ? 'kafka' : 'postgres';
  return {
    kind: `fill-disk-of-${store}`,
    title: `the disk of ${store === 'broker' ? 'one broker' : 'PostgreSQL'} is full`,
    touches: [part],
    needs: [],
    leastHoldMs: 3_000,
    mostHoldMs: 8_000,
    brokers: store === 'broker' ? 3 : 1,
    obstacle: ({ smallDisks }) =>
      smallDisks.has(name)
        ? undefined
        : `no small disk could be mounted for ${name} (that needs the right to mount)`,
    async run({ stack, holdMs, signal }) {
      const disk = stack.smallDisks.get(name);
      if (disk === undefined) throw new Error(`${name} has no small disk`);
      const process = stack.process(name);
      const { pid } = process;
      const bytes = disk.fill();
      try {
        await hold(holdMs, signal);
      } finally {
        disk.free();
      }
      // A broker that lost its disk still takes a moment to end.
      await hold(endsWithinMs, signal);
      const ended = process.pid !== pid;
      await waitUntilServing(process);
      const mib = Math.round(bytes / 2 ** 20);
      return `${name} could not write beyond its ${mib} MiB for ${holdMs} ms${ended ? ', ended, and serves again' : ''}`;
    },
  };
}
