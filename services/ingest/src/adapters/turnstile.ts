/** Lets so many works run at once; the others wait in the order of their coming. */
export interface Turnstile {
  pass<T>(work: () => Promise<T>): Promise<T>;
}

/** Creates one. */
export function createTurnstile(atOnce: number): Turnstile {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return {
    async pass(work) {
      if (inside >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      else inside += 1;
      try {
        return await work();
      } finally {
        // Whoever waits takes this place; it is never free in between.
        const next = waiting.shift();
        if (next === undefined) inside -= 1;
        else next();
      }
    },
  };
}
