/** Work that repeats until it is stopped. */
export interface Repeated {
  /** Does the work soon, whatever the interval. */
  nudge(): void;
  /** Waits for the work under way. */
  stop(): Promise<void>;
}

/** Repeats some work, never twice at once; a failure is reported, and the next turn comes all the same. */
export function repeat(
  work: () => Promise<unknown>,
  options: { readonly everyMs: number; readonly onFailure: (error: unknown) => void },
): Repeated {
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  function plan(): void {
    if (stopped) return;
    timer = setTimeout(turn, options.everyMs);
  }

  function turn(): void {
    clearTimeout(timer);
    again = false;
    underWay = work()
      .then(() => undefined, options.onFailure)
      .then(() => {
        underWay = undefined;
        if (again && !stopped) turn();
        else plan();
      });
  }

  plan();
  return {
    nudge() {
      if (stopped) return;
      if (underWay === undefined) turn();
      else again = true;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
