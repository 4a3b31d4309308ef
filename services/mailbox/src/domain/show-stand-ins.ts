/** Who had a message in charge, by function. */
interface InCharge {
  readonly correspondent: string;
  readonly position: string;
  readonly atMs: number;
}

/** A pair of correspondents of which one took over from the other, with whoever there has the message in charge. */
export interface TakenOver {
  readonly suspended: string;
  readonly standIn: string;
  readonly atMs: number;
  readonly inCharge: readonly InCharge[];
}

/** The same for either of the two: once the suspended one is back, both hold the message, and see who acts on it. */
export interface TakenOverJson {
  readonly suspended: string;
  readonly standIn: string;
  readonly since: string;
  readonly takenInChargeBy: readonly {
    readonly correspondent: string;
    readonly position: string;
    readonly since: string;
  }[];
}

/** `standIns` of an item, for its holder; absent where nobody stood in. */
export function showStandIns(pairs: readonly TakenOver[]): { standIns?: readonly TakenOverJson[] } {
  if (pairs.length === 0) return {};
  return {
    standIns: pairs.map(({ suspended, standIn, atMs, inCharge }) => ({
      suspended,
      standIn,
      since: new Date(atMs).toISOString(),
      takenInChargeBy: inCharge.map((each) => ({
        correspondent: each.correspondent,
        position: each.position,
        since: new Date(each.atMs).toISOString(),
      })),
    })),
  };
}
