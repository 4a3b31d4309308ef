import type { Stack } from '@chappe/local';
import type { Random } from '../nemesis/seeded-random.ts';

/** What a fault may use, and for how long it is to hold. */
export interface FaultContext {
  readonly stack: Stack;
  /** Draws from the plan's seed: the same plan disturbs the same things. */
  readonly random: Random;
  /** How long the disturbance itself lasts, where a kind has a duration. */
  readonly holdMs: number;
  /** Aborted when the run ends early; the fault then puts the world back and resolves or rejects. */
  readonly signal: AbortSignal;
}

/** One kind of disturbance. */
export interface Fault {
  /** Stable and short, as in `--kinds`: `kill-ingest`, `lose-two-brokers`. */
  readonly kind: string;
  /** Begins, holds and ends the fault, and always puts the world back; resolves with a line for the timeline. */
  run(context: FaultContext): Promise<string>;
}
