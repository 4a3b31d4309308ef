/** One fault of a plan: after a pause, this kind for this long, drawing from this seed. */
export interface PlannedFault {
  readonly ordinal: number;
  readonly kind: string;
  /** Quiet time between the end of the fault before and this one. */
  readonly pauseMs: number;
  readonly holdMs: number;
  readonly seed: number;
}
