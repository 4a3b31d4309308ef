import { describe, expect, it } from 'vitest';
import { concernsDispatch, trackDisclosures } from './track-disclosures.ts';

const told = {
  correspondent: 'post:SN',
  messageId: 'm-told',
  stage: 'DELIVERED' as const,
  receipts: [],
};

it('a recalled disclosure owes COMPLIED until whoever disclosed gave it, whatever else it did', () => {
  for (const stage of ['DELIVERED', 'READ', 'TAKEN_IN_CHARGE', 'TRANSFERRED'] as const) {
    expect(trackDisclosures([{ ...told, stage }])).toMatchObject([
      { messageId: 'm-told', owed: ['COMPLIED'] },
    ]);
  }
  expect(trackDisclosures([{ ...told, stage: 'COMPLIED' }])).toMatchObject([{ owed: [] }]);
});

it('what nothing recalls is recorded, and owes nothing', () => {
  expect(trackDisclosures([{ ...told, stage: null }])).toEqual([
    { correspondent: 'post:SN', messageId: 'm-told', state: 'RECORDED', receipts: [], owed: [] },
  ]);
});

describe('a disclosure concerns a dispatch', () => {
  const dispatch = { messageId: 'dispatch', passedOnId: 'lead', recipients: new Set(['post:SN']) };
  const of = (originalId: string, inReplyTo: string | null, discloser = 'post:SN') =>
    concernsDispatch({ discloser, originalId, inReplyTo }, dispatch);

  it('that it names or answers, or whose original it tells of as one whom the dispatch reached', () => {
    expect([of('dispatch', null), of('lead', 'dispatch', 'post:MA'), of('lead', 'lead')]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it('not otherwise', () => {
    expect([of('lead', 'lead', 'post:MA'), of('another', 'another')]).toEqual([false, false]);
    expect(
      concernsDispatch(
        { discloser: 'post:SN', originalId: 'x', inReplyTo: null },
        { ...dispatch, passedOnId: null },
      ),
    ).toBe(false);
  });
});

it('shows by whom in function, not to whom it was handed over', () => {
  const handedOver = {
    version: 2,
    type: 'TRANSFERRED' as const,
    person: 'person-secret',
    position: 'attaché',
    channel: 'SYSTEM' as const,
    reason: null,
    transferredTo: 'post:MA',
    atMs: 1_000,
  };
  const shown = JSON.stringify(trackDisclosures([{ ...told, stage: 'TRANSFERRED', receipts: [handedOver] }]));
  expect(shown).toContain('attaché');
  expect(shown).not.toContain('post:MA');
  expect(shown).not.toContain('person-secret');
});
