import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeadlineKind, Schedule } from './deadline.ts';
import { fireDeadline, type Progress, type Step } from './fire-deadline.ts';
import { planSchedule } from './plan-schedule.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const fresh: Progress = { reminded: 0, escalated: 0 };

interface State {
  readonly schedule: Schedule;
  readonly progress: Progress;
}

/** Looks at one moment as the sweep does, and keeps what it found. */
function look(state: State, nowMs: number): { state: State; step: Step | null; nextAtMs: number | null } {
  const { step, progress, escalateAtMs, nextAtMs } = fireDeadline(state.schedule, state.progress, nowMs);
  return { state: { schedule: { ...state.schedule, escalateAtMs }, progress }, step, nextAtMs };
}

/** What happens when it is looked at these moments, one after the other. */
function stepsAt(schedule: Schedule, momentsMs: readonly number[]): (string | null)[] {
  let state: State = { schedule, progress: fresh };
  return momentsMs.map((nowMs) => {
    const looked = look(state, nowMs);
    state = looked.state;
    return looked.step === null ? null : `${looked.step.step} ${looked.step.number}`;
  });
}

describe('a day to comply', () => {
  const schedule = planSchedule('COMPLY', 0, 24 * hourMs);

  it('is reminded of when half and an eighth remain, and escalated when it has passed and a day later', () => {
    expect(schedule).toEqual({
      dueAtMs: 24 * hourMs,
      remindAtMs: [12 * hourMs, 21 * hourMs],
      escalateAtMs: [24 * hourMs, 48 * hourMs],
    });
    const hours = [0, 11.9, 12, 12.1, 21, 23.9, 24, 24.1, 48, 1_000];
    expect(
      stepsAt(
        schedule,
        hours.map((hour) => hour * hourMs),
      ),
    ).toEqual([
      null,
      null,
      'REMINDER 1',
      null,
      'REMINDER 2',
      null,
      'ESCALATION 1',
      null,
      'ESCALATION 2',
      null,
    ]);
  });

  it('given a jump over both reminders: only the later; given one past the end: no reminder at all', () => {
    expect(stepsAt(schedule, [22 * hourMs, 22 * hourMs, 23 * hourMs])).toEqual(['REMINDER 2', null, null]);
    expect(stepsAt(schedule, [25 * hourMs, 26 * hourMs])).toEqual(['ESCALATION 1', null]);
  });

  it('given a jump over both escalations: the second keeps its distance from the first', () => {
    const jump = 400 * hourMs;
    expect(stepsAt(schedule, [jump, jump + 1, jump + 23 * hourMs, jump + 24 * hourMs])).toEqual([
      'ESCALATION 1',
      null,
      null,
      'ESCALATION 2',
    ]);
  });

  it('given a jump back: nothing again', () => {
    expect(
      stepsAt(
        schedule,
        [24, 1, 12, 21, 24, 12].map((hour) => hour * hourMs),
      ),
    ).toEqual(['ESCALATION 1', ...Array<null>(5).fill(null)]);
  });
});

describe('five minutes to see a flash', () => {
  it('are reminded of once, and escalated three times, five minutes apart', () => {
    const schedule = planSchedule('ACKNOWLEDGE', 0, 5 * minuteMs);
    expect(schedule.remindAtMs).toEqual([2.5 * minuteMs]);
    expect(schedule.escalateAtMs).toEqual([5 * minuteMs, 10 * minuteMs, 15 * minuteMs]);
  });
});

it('what arrives late leaves its holder a quarter of an hour before anybody else is told', () => {
  const schedule = planSchedule('REPLY', 10 * hourMs, 2 * hourMs);
  expect(schedule.remindAtMs).toEqual([]);
  expect(schedule.escalateAtMs[0]).toBe(10 * hourMs + 15 * minuteMs);
});

describe('whatever the clock does', () => {
  const kinds: DeadlineKind[] = ['ACKNOWLEDGE', 'TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT', 'COMPLY', 'REVIEW'];
  const schedules = fc
    .record({
      kind: fc.constantFrom(...kinds),
      startedAtMs: fc.integer({ min: 0, max: hourMs }),
      windowMs: fc.integer({ min: 1, max: 200 * hourMs }),
    })
    .map(({ kind, startedAtMs, windowMs }) => planSchedule(kind, startedAtMs, startedAtMs + windowMs));
  const moments = fc.array(fc.integer({ min: 0, max: 500 * hourMs }), { maxLength: 40 });

  it('each step happens at most once, in order, never before its time', () => {
    fc.assert(
      fc.property(schedules, moments, (schedule, looks) => {
        let state: State = { schedule, progress: fresh };
        const seen: Step[] = [];
        for (const nowMs of looks) {
          const looked = look(state, nowMs);
          state = looked.state;
          if (looked.step === null) continue;
          expect(looked.step.plannedAtMs).toBeLessThanOrEqual(nowMs);
          const original = looked.step.step === 'REMINDER' ? schedule.remindAtMs : schedule.escalateAtMs;
          expect(nowMs).toBeGreaterThanOrEqual(original[looked.step.number - 1] ?? Number.NaN);
          if (looked.step.step === 'REMINDER') expect(nowMs).toBeLessThan(schedule.dueAtMs);
          seen.push(looked.step);
        }
        for (const kind of ['REMINDER', 'ESCALATION']) {
          const numbers = seen.filter((each) => each.step === kind).map((each) => each.number);
          expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('looking when told to look misses nothing, and comes to an end', () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        let state: State = { schedule, progress: fresh };
        let nowMs: number | null = 0;
        const steps: string[] = [];
        for (let looks = 0; nowMs !== null; looks += 1) {
          expect(looks).toBeLessThan(20);
          const looked = look(state, nowMs);
          state = looked.state;
          if (looked.step !== null) steps.push(looked.step.step);
          nowMs = looked.nextAtMs;
        }
        expect(steps).toEqual([
          ...schedule.remindAtMs.map(() => 'REMINDER'),
          ...schedule.escalateAtMs.map(() => 'ESCALATION'),
        ]);
      }),
    );
  });

  it('one look after any jump gives one step at most', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 0, max: 900 * hourMs }), (schedule, jumpMs) => {
        const first = look({ schedule, progress: fresh }, jumpMs);
        const again = look(first.state, jumpMs);
        expect(again.step).toBeNull();
        expect(again.nextAtMs === null || again.nextAtMs > jumpMs).toBe(true);
      }),
    );
  });
});
