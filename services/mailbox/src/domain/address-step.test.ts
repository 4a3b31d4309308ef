import { draftFromJson, type MessageRequest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { addressEscalation, addressReminder } from './address-step.ts';
import { composePage, composeReminder, type ToldDeadline } from './compose-reminder.ts';
import { demonstrationSnapshot } from './deadline.fixture.ts';
import type { DeadlineCard } from './deadline.ts';

const directory = demonstrationSnapshot();
// A Tuesday in winter: Paris is one hour ahead of UTC.
const at = (time: string) => Date.parse(`2026-01-06T${time}:00Z`);
const card: DeadlineCard = {
  reference: 'DJ-26-TEST1',
  exerciseId: null,
  lane: 'flash',
  classification: 'RESTRICTED',
  crimeAreas: ['TERRORISM'],
  attentionPositions: null,
};
const watched = { correspondent: 'post:DJ', status: 'ACTUAL' as const, card };
const exercise = { ...watched, status: 'EXERCISE' as const };

describe('an escalation', () => {
  it('reaches whoever is on duty at the desk by the clock of its zone', () => {
    const positions = (time: string) => addressEscalation(directory, watched, 1, at(time)).positions;
    expect(positions('06:59')).toEqual(['permanent de nuit']);
    expect(positions('07:00')).toEqual(['permanent de jour']);
    expect(positions('18:59')).toEqual(['permanent de jour']);
    expect(positions('19:00')).toEqual(['permanent de nuit']);
  });

  it('goes one backup further each time', () => {
    const positions = [1, 2, 3, 9].map(
      (number) => addressEscalation(directory, watched, number, at('02:00')).positions,
    );
    expect(positions[0]).toEqual(['permanent de nuit']);
    expect(positions[1]).toEqual(['permanent de nuit', 'permanent de renfort']);
    expect(positions[2]).toEqual(['permanent de nuit', 'permanent de renfort', 'chef de bureau']);
    expect(positions[3]).toEqual([...(positions[2] ?? []), 'rédacteur']);
  });

  it('asks the backup where nobody of the position can be called', () => {
    const away = demonstrationSnapshot((entries) => ({
      ...entries,
      absences: [1, 2, 3].map((number) => ({
        absenceId: `away-${number}`,
        person: `person-night-${number}-desk-duty`,
        validFrom: 0,
        validUntil: null,
      })),
    }));
    expect(addressEscalation(away, watched, 1, at('02:00')).positions).toEqual(['permanent de renfort']);
  });

  it('of an exercise never calls the real watch: its own rota, or the desk as a whole', () => {
    expect(addressEscalation(directory, exercise, 1, at('10:00'))).toMatchObject({
      correspondent: 'desk:duty',
      positions: ["animateur d'exercice"],
      onDuty: true,
    });
    expect(addressEscalation(directory, exercise, 2, at('02:00'))).toMatchObject({
      positions: [],
      onDuty: false,
    });
  });
});

describe('a reminder', () => {
  it('reaches whoever is on duty at the holder, or everybody there', () => {
    expect(addressReminder(directory, watched, at('02:00'))).toMatchObject({
      correspondent: 'post:DJ',
      positions: ['attaché adjoint'],
      exclusive: false,
    });
    const elsewhere = { ...watched, correspondent: 'post:CI' };
    expect(addressReminder(directory, elsewhere, at('02:00')).positions).toEqual([]);
  });

  it('stays with those for whom the message is reserved', () => {
    const reserved = { ...watched, card: { ...card, attentionPositions: ['attaché'] } };
    expect(addressReminder(directory, reserved, at('02:00'))).toMatchObject({
      positions: ['attaché'],
      exclusive: true,
    });
  });
});

describe('what is told', () => {
  const deadline: ToldDeadline = {
    deadlineId: '00000000-0000-8000-8000-000000000001',
    kind: 'ACKNOWLEDGE',
    messageId: '00000000-0000-8000-8000-000000000002',
    status: 'EXERCISE',
    dueAtMs: at('02:05'),
    card: { ...card, exerciseId: 'EX-1' },
  };
  const escalation = { step: 'ESCALATION', number: 1, plannedAtMs: at('02:05') } as const;
  const reminder = { step: 'REMINDER', number: 1, plannedAtMs: at('02:02') } as const;
  const addressed = addressEscalation(directory, watched, 1, at('02:05'));

  it('is a service message that ingest can read, with reference and code only', () => {
    const request = composeReminder(deadline, escalation, addressed);
    const draft = draftFromJson(request as MessageRequest);
    expect(draft).toMatchObject({
      kind: 'SERVICE',
      status: 'EXERCISE',
      exerciseId: 'EX-1',
      urgency: 'FLASH',
      classification: 'NOT_PROTECTED',
      crimeAreas: [],
      threadId: null,
      service: { code: 'NOTICE', about: { messageId: deadline.messageId, reference: 'DJ-26-TEST1' } },
    });
    expect(draft.recipients.action).toEqual([
      { correspondent: 'desk:duty', attention: { positions: ['permanent de nuit'], exclusive: false } },
    ]);
  });

  it('to the holder is marked like what it reminds of', () => {
    const request = composeReminder(deadline, reminder, addressReminder(directory, watched, at('02:02')));
    expect(request).toMatchObject({ classification: 'RESTRICTED', crimeAreas: ['TERRORISM'] });
  });

  it('has one submission id per step and date, which carries the planned moment', () => {
    const id = (change: Partial<ToldDeadline> = {}) =>
      composeReminder({ ...deadline, ...change }, escalation, addressed).submissionId;
    expect(id()).toBe(id());
    expect(id({ dueAtMs: deadline.dueAtMs + 1 })).not.toBe(id());
    expect(composeReminder(deadline, { ...escalation, number: 2 }, addressed).submissionId).not.toBe(id());
  });

  it('to a pager is the reference and no more', () => {
    expect(composePage(deadline, escalation, addressed)).toEqual({
      reference: 'DJ-26-TEST1',
      kind: 'ACKNOWLEDGE',
      urgency: 'FLASH',
      status: 'EXERCISE',
      positions: ['permanent de nuit'],
    });
  });
});
