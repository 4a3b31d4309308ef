/** One fault of a plan: after a pause, this kind for this long, drawing from this seed. */
export interface PlannedFault {
  readonly ordinal: number;
  readonly kind: string;
  /** Quiet time before it begins; none for one that begins with the fault before. */
  readonly pauseMs: number;
  readonly holdMs: number;
  readonly seed: number;
  /** Begins together with the fault before it, which disturbs another part of the world. */
  readonly together: boolean;
}
