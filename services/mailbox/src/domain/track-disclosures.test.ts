import { expect, it } from 'vitest';
import { trackDisclosures } from './track-disclosures.ts';

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
