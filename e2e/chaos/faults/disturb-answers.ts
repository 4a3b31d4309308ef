import type { Link, LinkTreatment, Stack } from '@chappe/local';
import type { Fault, FaultContext } from './fault.ts';
import { hold } from './hold.ts';

type Store = 'kafka' | 'postgres';
const names = { kafka: 'brokers', postgres: 'PostgreSQL' } as const;

/**
 * Requests are carried out and their answers never arrive: either nothing is heard at all, or the connection ends
 * at every n-th answer, a COMMIT's or a produce's among them. Whoever takes silence for failure does it twice.
 */
export function dropAnswers(store: Store): Fault {
  return disturbance(store, {
    kind: `drop-answers-of-${store}`,
    title: `answers of ${names[store]} dropped, or cut off with their connection`,
    leastHoldMs: 1_000,
    mostHoldMs: 9_000,
    treatment: ({ random }) =>
      random.next() < 0.5
        ? { how: 'drop-answers' }
        : { how: 'cut-at-answer', every: random.pick([2, 7, 23, 61]) },
  });
}

/** Everything arrives, late. */
export function delayAnswers(store: Store): Fault {
  return disturbance(store, {
    kind: `delay-answers-of-${store}`,
    title: `answers of ${names[store]} delayed`,
    leastHoldMs: 3_000,
    mostHoldMs: 9_000,
    treatment: ({ random }) => ({ how: 'delay-answers', delayMs: random.pick([40, 200, 700, 2_500]) }),
  });
}

/** Connections end, and new ones are refused for a while: a network that is gone, while the store is well. */
export function refuseConnections(store: Store): Fault {
  return disturbance(store, {
    kind: `cut-off-${store}`,
    title: `services cut off from ${names[store]}`,
    leastHoldMs: 300,
    mostHoldMs: 8_000,
    treatment: () => ({ how: 'refuse' }),
  });
}

function disturbance(
  store: Store,
  kind: Pick<Fault, 'kind' | 'title' | 'leastHoldMs' | 'mostHoldMs'> & {
    treatment(context: FaultContext): LinkTreatment;
  },
): Fault {
  const { treatment, ...named } = kind;
  return {
    ...named,
    touches: [store],
    needs: [],
    brokers: 1,
    obstacle: (stack) =>
      linksOf(stack, store).length === 0 ? `no proxy stands before ${names[store]}` : undefined,
    async run(context) {
      const { holdMs, random, signal } = context;
      const all = linksOf(context.stack, store);
      // One broker of several is the treacherous case: the others go on.
      const chosen = all.length > 1 && random.next() < 0.6 ? [random.pick(all)] : all;
      const how = treatment(context);
      for (const link of chosen) link.treat(how);
      try {
        await hold(holdMs, signal);
      } finally {
        for (const link of chosen) link.treat({ how: 'pass' });
      }
      return `${chosen.map(({ name }) => name).join(', ')}: ${describe(how)} for ${holdMs} ms`;
    },
  };
}

function linksOf(stack: Stack, store: Store): Link[] {
  return [...stack.links.values()].filter(({ name }) => name.startsWith(store));
}

function describe(treatment: LinkTreatment): string {
  switch (treatment.how) {
    case 'delay-answers':
      return `answers ${treatment.delayMs} ms late`;
    case 'cut-at-answer':
      return `cut at every ${treatment.every}th answer`;
    case 'drop-answers':
      return 'answers dropped';
    case 'refuse':
      return 'connections refused';
    case 'pass':
      return 'nothing done';
  }
}
