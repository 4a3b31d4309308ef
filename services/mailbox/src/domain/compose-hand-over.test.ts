import { expect, it } from 'vitest';
import { composeHandOver, type HandOver } from './compose-hand-over.ts';

const handOver: HandOver = {
  ...{ deliveryId: '01930000-0000-7000-8000-000000000001', version: 3, atMs: Date.UTC(2026, 0, 5) },
  ...{ messageId: '01930000-0000-7000-8000-000000000002', correspondent: 'desk:duty', status: 'ACTUAL' },
  positions: ['permanent de nuit'],
  card: {
    ...{ reference: 'DJ-26-TEST1', exerciseId: null, lane: 'urgent', classification: 'RESTRICTED' },
    ...{ crimeAreas: ['TERRORISM'], attentionPositions: null },
  },
};

it('asks for the attention of the function, marked like what was handed over', () => {
  expect(composeHandOver(handOver)).toMatchObject({
    ...{ kind: 'SERVICE', status: 'ACTUAL', urgency: 'URGENT', classification: 'RESTRICTED' },
    crimeAreas: ['TERRORISM'],
    recipients: {
      action: [
        { correspondent: 'desk:duty', attention: { positions: ['permanent de nuit'], exclusive: false } },
      ],
    },
    body: { code: 'NOTICE', about: { messageId: handOver.messageId, reference: 'DJ-26-TEST1' } },
  });
});

it('of what is reserved is reserved too', () => {
  const card = { ...handOver.card, attentionPositions: ['chef de bureau'] };
  const { recipients } = composeHandOver({ ...handOver, card });
  expect(recipients).toMatchObject({ action: [{ attention: { exclusive: true } }] });
});

it('is the same however often it is composed, and another for another receipt', () => {
  const { submissionId } = composeHandOver(handOver);
  expect(composeHandOver(handOver).submissionId).toBe(submissionId);
  expect(composeHandOver({ ...handOver, version: 4 }).submissionId).not.toBe(submissionId);
});
