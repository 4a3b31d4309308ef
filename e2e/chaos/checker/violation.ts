/** What a run can show to be broken: the invariants, and what readers were promised of numbers and streams. */
export type InvariantName = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I7' | 'I9' | 'NUMBERS' | 'STREAM';

/** One broken promise, in plain words. */
export interface Violation {
  readonly invariant: InvariantName;
  readonly messageId?: string;
  readonly correspondent?: string;
  /** Where a reader saw it, and at which number. */
  readonly reader?: string;
  readonly number?: number;
  /** What was expected and what was seen. */
  readonly text: string;
}

/** A moment of the history, for a text. */
export function at(ms: number | undefined): string {
  return ms === undefined ? 'never' : `at ${(ms / 1000).toFixed(3)} s`;
}
