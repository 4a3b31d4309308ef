/** How long to wait before the next attempt: doubling from the first, bounded, spread by a quarter. */
export function backOffMs(attempt: number, bounds: { firstMs: number; maxMs: number }): number {
  const full = Math.min(bounds.firstMs * 2 ** Math.min(attempt - 1, 16), bounds.maxMs);
  return Math.round(full * (0.75 + Math.random() / 2));
}

/** Waits that can be ended early, all at once. */
export interface Pause {
  wait(durationMs: number): Promise<void>;
  /** Ends the waits under way and all later ones. */
  end(): void;
}

/** Makes the pause of one owner. */
export function createPause(): Pause {
  const wakes = new Set<() => void>();
  let ended = false;
  return {
    async wait(durationMs) {
      if (ended) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          wakes.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, durationMs);
        wakes.add(wake);
      });
    },
    end() {
      ended = true;
      for (const wake of wakes) wake();
    },
  };
}
