import type { DutyShift, Status } from '@chappe/schemas';
import { positionKey } from './duty-index.ts';
import { isInForce } from './match-rules.ts';
import type { DirectorySnapshot } from './snapshot.ts';
import { wallClock, weekdays } from './wall-clock.ts';

/** For whom somebody is on duty, and when; exercises have a rota of their own. */
export interface DutyQuestion {
  readonly correspondent: string;
  readonly status: Extract<Status, 'ACTUAL' | 'EXERCISE'>;
  readonly atMs: number;
}

/** A position on duty, and who can be called there. */
export interface OnDuty {
  readonly shiftId: string;
  readonly position: string;
  readonly persons: readonly string[];
  /** Positions for which it stands in because nobody could be called there, the one of the rota first. */
  readonly standsInFor: readonly string[];
}

/**
 * Who is on duty for a correspondent: the positions whose shift runs by the clock of its time zone, each with
 * the persons who hold it, are neither suspended nor absent, or with those of its first backup who are there.
 * Empty when no shift runs, or nobody of a running one can be called.
 */
export function onDuty(
  snapshot: Pick<DirectorySnapshot, 'duty' | 'persons'>,
  { correspondent, status, atMs }: DutyQuestion,
): readonly OnDuty[] {
  return (snapshot.duty.shifts.get(correspondent) ?? [])
    .filter((shift) => shift.status === status && isInForce(shift, atMs) && runs(shift, atMs))
    .flatMap((shift) => findPresent(snapshot, shift, atMs) ?? []);
}

/** Whether the clock of a shift's zone stands within it. An hour that the clock repeats is within it twice. */
export function runs(
  { days, startsAt, endsAt, timeZone }: Pick<DutyShift, 'days' | 'startsAt' | 'endsAt' | 'timeZone'>,
  atMs: number,
): boolean {
  const now = wallClock(timeZone, atMs);
  if (now === null) return false;
  const yesterday = weekdays[(weekdays.indexOf(now.weekday) + 6) % 7];
  const begins = days.includes(now.weekday);
  if (startsAt < endsAt) return begins && startsAt <= now.time && now.time < endsAt;
  const began = yesterday !== undefined && days.includes(yesterday);
  return (begins && startsAt <= now.time) || (began && now.time < endsAt);
}

/** Follows the backups until somebody is there; a position is asked once, so that a cycle ends. */
function findPresent(
  { duty, persons }: Pick<DirectorySnapshot, 'duty' | 'persons'>,
  shift: DutyShift,
  atMs: number,
): OnDuty | null {
  const asked = new Set<string>();
  let position: string | null = shift.position;
  while (position !== null && !asked.has(position)) {
    const key: string = positionKey(shift.correspondent, position);
    const present = (duty.holders.get(key) ?? [])
      .filter((grant) => isInForce(grant, atMs))
      .map((grant) => grant.holder)
      .filter((person) => persons.get(person)?.suspended === false)
      .filter((person) => !(duty.absences.get(person) ?? []).some((each) => isInForce(each, atMs)));
    if (present.length > 0) {
      const found = [...new Set(present)].sort();
      return { shiftId: shift.shiftId, position, persons: found, standsInFor: [...asked] };
    }
    asked.add(position);
    position = duty.positions.get(key)?.backup ?? null;
  }
  return null;
}
