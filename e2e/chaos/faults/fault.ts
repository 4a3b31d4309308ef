import type { Stack } from '@chappe/local';
import type { History } from '../history/open-history.ts';
import type { Random } from '../nemesis/seeded-random.ts';
import type { ChaosClients } from '../workload/open-clients.ts';

/** What a fault may use, and for how long it is to hold. */
export interface FaultContext {
  readonly stack: Stack;
  /** Draws from the plan's seed: the same plan disturbs the same things. */
  readonly random: Random;
  /** How long the disturbance itself lasts, where a kind has a duration. */
  readonly holdMs: number;
  /** Aborted when the run ends early: the fault then puts the world back and resolves or rejects. */
  readonly signal: AbortSignal;
  readonly clients: ChaosClients;
  /** Through files in this folder the services are told to die at a step or to step their clocks. */
  readonly orders: string;
  /** Where faults that send messages note what they did and saw, like all clients. */
  readonly history: History;
}

/** Parts of the world that a fault disturbs, or that must be whole for it to mean something. */
export type Part = 'kafka' | 'postgres' | 'redis' | 'ingest' | 'router' | 'mailbox' | 'archive' | 'directory';

/** One kind of disturbance. */
export interface Fault {
  /** Stable and short, as in `--kinds`: `kill-ingest`, `kill-two-brokers`. */
  readonly kind: string;
  /** What it does, for people. */
  readonly title: string;
  readonly touches: readonly Part[];
  readonly needs: readonly Part[];
  /** Bounds of the hold that a plan may choose; equal where the kind has none of its own. */
  readonly leastHoldMs: number;
  readonly mostHoldMs: number;
  /** Fewest brokers with which it can be run. */
  readonly brokers: 1 | 3;
  /** Why it cannot be run on this stack; undefined when it can. */
  obstacle?(stack: Stack): string | undefined;
  /** Begins, holds and ends the fault, and always puts the world back; resolves with a line for the timeline. */
  run(context: FaultContext): Promise<string>;
}

/** What a fault saw that must never be, whatever was disturbed: as bad as a broken invariant. */
export class PromiseBroken extends Error {
  override readonly name = 'PromiseBroken';
}
