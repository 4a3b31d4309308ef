/** One ratio against its goal, with the runs that it is the median of. */
export interface Figure {
  readonly name: string;
  readonly ratio: number;
  readonly goal: string;
  readonly met: boolean;
  readonly details: unknown;
}
