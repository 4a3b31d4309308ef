import type { Absence, DutyShift, Grant, Position } from '@chappe/schemas';

/** What a rota rests on, indexed for the question who is on duty. */
export interface DutyIndex {
  readonly shifts: ReadonlyMap<string, readonly DutyShift[]>;
  readonly positions: ReadonlyMap<string, Position>;
  readonly holders: ReadonlyMap<string, readonly Grant[]>;
  readonly absences: ReadonlyMap<string, readonly Absence[]>;
}

/** The key under which a position of a correspondent is found. */
export function positionKey(correspondent: string, position: string): string {
  return JSON.stringify([correspondent, position]);
}

/** Prepares shifts, positions, their holders and absences for the question who is on duty. */
export function indexDuty(entries: {
  readonly shifts: readonly DutyShift[];
  readonly positions: readonly Position[];
  readonly grants: readonly Grant[];
  readonly absences: readonly Absence[];
}): DutyIndex {
  return {
    shifts: Map.groupBy(entries.shifts, (each) => each.correspondent),
    positions: new Map(entries.positions.map((each) => [positionKey(each.correspondent, each.code), each])),
    holders: Map.groupBy(
      entries.grants.filter((each) => each.holderKind === 'PERSON'),
      (each) => positionKey(each.correspondent, each.position),
    ),
    absences: Map.groupBy(entries.absences, (each) => each.person),
  };
}
