import type { DutyShift } from '@chappe/schemas';
import type { DirectoryEntries } from './directory-entries.ts';
import { type Finding, findDuplicates } from './directory-problem.ts';
import { positionKey } from './duty-index.ts';
import { emptyValidity, unknownCorrespondent } from './validate-references.ts';
import { isTimeZone, weekdays } from './wall-clock.ts';

/** Units, positions with their backups, who is on duty when, and who is absent. */
export function validateRota(entries: DirectoryEntries): readonly Finding[] {
  const known = new Set(entries.correspondents.map((each) => each.code));
  return [
    ...findDuplicates('units', entries.units.map(keyOf), once('/code', 'The unit')),
    ...entries.units.flatMap((each, index) =>
      unknownCorrespondent('units', index, '/correspondent', each.correspondent, known),
    ),
    ...validatePositions(entries, known),
    ...validateShifts(entries, known),
    ...validateAbsences(entries),
  ];
}

function validatePositions(
  { positions, units }: DirectoryEntries,
  known: ReadonlySet<string>,
): readonly Finding[] {
  const list = 'positions';
  const unitKeys = new Set(units.map(keyOf));
  const byKey = new Map(positions.map((each) => [keyOf(each), each]));
  return [
    ...findDuplicates(list, positions.map(keyOf), once('/code', 'The position')),
    ...positions.flatMap((each, index): readonly Finding[] => {
      const { correspondent, code, unit, backup } = each;
      const findings = [...unknownCorrespondent(list, index, '/correspondent', correspondent, known)];
      if (unit !== null && !unitKeys.has(positionKey(correspondent, unit))) {
        const detail = `${correspondent} has no unit ${unit}: add it to units, or write one of its own.`;
        findings.push({ code: 'unknown-unit', list, index, path: '/unit', detail });
      }
      if (backup === null) return findings;
      if (!byKey.has(positionKey(correspondent, backup))) {
        const detail = `${correspondent} has no position ${backup}: write one that it has.`;
        return [...findings, { code: 'unknown-position', list, index, path: '/backup', detail }];
      }
      const chain = [code];
      let next: string | null = backup;
      while (next !== null && !chain.includes(next)) {
        chain.push(next);
        next = byKey.get(positionKey(correspondent, next))?.backup ?? null;
      }
      // Each cycle once, at the position whose name comes first.
      if (next !== code || [...chain].sort()[0] !== code) return findings;
      const detail = `Backups go round in a circle: ${[...chain, code].join(' → ')}. Leave one of them out.`;
      return [...findings, { code: 'backup-cycle', list, index, path: '/backup', detail }];
    }),
  ];
}

function validateShifts(entries: DirectoryEntries, known: ReadonlySet<string>): readonly Finding[] {
  const { shifts, positions } = entries;
  const list = 'shifts';
  const byKey = new Map(positions.map((each) => [keyOf(each), each]));
  const held = new Set(
    entries.grants
      .filter((each) => each.holderKind === 'PERSON')
      .map((each) => positionKey(each.correspondent, each.position)),
  );
  return [
    ...findDuplicates(
      list,
      shifts.map((each) => each.shiftId),
      once('/shiftId', 'The shift'),
    ),
    ...shifts.flatMap((shift, index): readonly Finding[] => {
      const { correspondent, position } = shift;
      const findings = [
        ...unknownCorrespondent(list, index, '/correspondent', correspondent, known),
        ...emptyValidity(list, index, '', shift),
        ...neverRuns(shift, index),
      ];
      const key = positionKey(correspondent, position);
      if (!byKey.has(key)) {
        const detail = `${correspondent} has no position ${position}: add it to positions, or write another.`;
        findings.push({ code: 'unknown-position', list, index, path: '/position', detail });
      } else if (!held.has(key)) {
        const detail = `Nobody holds the position ${position}: grant it to somebody, or name another.`;
        findings.push({ code: 'shift-without-holder', list, index, path: '/position', detail });
      }
      return findings;
    }),
    ...findRotaGap(entries),
  ];
}

function neverRuns({ days, status, timeZone }: DutyShift, index: number): readonly Finding[] {
  const list = 'shifts';
  const findings: Finding[] = [];
  if (days.length === 0) {
    const detail = 'It begins on no day: name some days.';
    findings.push({ code: 'shift-never-runs', list, index, path: '/days', detail });
  }
  if (status === 'TEST') {
    const detail = 'A rota is for ACTUAL or EXERCISE: write one of them.';
    findings.push({ code: 'shift-never-runs', list, index, path: '/status', detail });
  }
  if (!isTimeZone(timeZone)) {
    const detail = `${timeZone} is not a time zone: write one of the IANA database, as in Europe/Paris.`;
    findings.push({ code: 'unknown-time-zone', list, index, path: '/timeZone', detail });
  }
  return findings;
}

const minutesPerDay = 24 * 60;
const minutesPerWeek = 7 * minutesPerDay;

/** The duty desk answers at any hour: a rota for it leaves no minute of the week out. */
function findRotaGap({ correspondents, shifts }: DirectoryEntries): readonly Finding[] {
  const dutyDesk = correspondents.find((each) => each.dutyDesk)?.code;
  const own = shifts.flatMap((shift, index) =>
    shift.correspondent === dutyDesk && shift.status === 'ACTUAL' ? [{ shift, index }] : [],
  );
  // Clocks of several zones shift against one another in the year, so no one week speaks for all.
  const [first] = own;
  if (first === undefined || own.some(({ shift }) => shift.timeZone !== first.shift.timeZone)) return [];
  const spans = own
    .filter(({ shift }) => shift.validUntil === null)
    .flatMap(({ shift }) => spansOf(shift))
    .sort((a, b) => a.from - b.from);
  let covered = 0;
  for (const { from, until } of spans) if (from <= covered) covered = Math.max(covered, until);
  if (covered >= minutesPerWeek) return [];
  const day = weekdays[Math.floor(covered / minutesPerDay)] ?? '';
  const hour = String(Math.floor((covered % minutesPerDay) / 60)).padStart(2, '0');
  const minute = String(covered % 60).padStart(2, '0');
  const detail = `Nobody is on duty on ${day} from ${hour}:${minute}: add a shift, or lengthen one.`;
  return [{ code: 'rota-gap', list: 'shifts', index: first.index, path: '', detail }];
}

/** The minutes of a week within which a shift runs; one that goes on past its end also covers its beginning. */
function spansOf({ days, startsAt, endsAt }: DutyShift): readonly { from: number; until: number }[] {
  return days.flatMap((day) => {
    const midnight = weekdays.indexOf(day) * minutesPerDay;
    const from = midnight + minutesOf(startsAt);
    const until = midnight + minutesOf(endsAt) + (startsAt < endsAt ? 0 : minutesPerDay);
    const spans = [{ from, until }];
    return until > minutesPerWeek ? [...spans, { from: 0, until: until - minutesPerWeek }] : spans;
  });
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function validateAbsences({ absences, persons }: DirectoryEntries): readonly Finding[] {
  const known = new Set(persons.map((each) => each.personId));
  return [
    ...findDuplicates(
      'absences',
      absences.map((each) => each.absenceId),
      once('/absenceId', 'The absence'),
    ),
    ...absences.flatMap((each, index): readonly Finding[] => [
      ...(known.has(each.person)
        ? []
        : [
            {
              code: 'unknown-holder',
              list: 'absences',
              index,
              path: '/person',
              detail: `There is no person ${each.person}: add the person, or remove the absence.`,
            } as const,
          ]),
      ...emptyValidity('absences', index, '', each),
    ]),
  ];
}

function once(path: string, what: string) {
  return { code: 'duplicate', path, what } as const;
}

function keyOf({ correspondent, code }: { readonly correspondent: string; readonly code: string }): string {
  return positionKey(correspondent, code);
}
