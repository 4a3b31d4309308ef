import { messageFromJson, messageToJson } from '@chappe/schemas';
import { expect, it } from 'vitest';
import { composeReroute, type RerouteOrder } from './compose-reroute.ts';
import { original } from './delivery.fixture.ts';

const message = original({
  number: 7,
  text: 'Invented and not to be repeated',
  classification: 'RESTRICTED',
});
const order: RerouteOrder = {
  suspensionId: '0000-suspension',
  suspendedSinceMs: Date.UTC(2026, 0, 3),
  correspondent: 'post:CI',
  deliveryId: '0000-delivery',
  attempt: 1,
  aboutId: message.messageId,
  lane: 'urgent',
  message,
};

it('stands in the thread of what it is about, marked like it, with its reference and no content', () => {
  const request = composeReroute(order);
  expect(request).toMatchObject({
    kind: 'SERVICE',
    status: 'ACTUAL',
    urgency: 'URGENT',
    threadId: message.threadId,
    inReplyTo: message.messageId,
    classification: 'RESTRICTED',
    crimeAreas: ['TERRORISM'],
    recipients: { action: [{ correspondent: 'post:CI' }] },
    body: { code: 'REROUTE', about: { messageId: message.messageId, reference: 'DJ-26-TEST7' } },
  });
  expect(JSON.stringify(request)).not.toContain('not to be repeated');
});

it('has the same submission id for the same delivery, suspension and attempt, and no other', () => {
  const ids = [
    order,
    { ...order, attempt: 2 },
    { ...order, suspensionId: 'another' },
    { ...order, deliveryId: 'another' },
  ].map((each) => composeReroute(each).submissionId);
  expect(composeReroute(order).submissionId).toBe(ids[0]);
  expect(new Set(ids).size).toBe(4);
});

it('keeps an exercise an exercise, and refers onward to what a stand-in was to take care of', () => {
  const exercise = { ...message, status: 'EXERCISE' as const, exerciseId: 'EX-SEMAPHORE-2026' };
  expect(composeReroute({ ...order, message: exercise })).toMatchObject({
    status: 'EXERCISE',
    exerciseId: 'EX-SEMAPHORE-2026',
  });
  const earlier = messageFromJson({
    ...messageToJson(original({ number: 8, threadId: message.threadId })),
    kind: 'SERVICE',
    body: { code: 'REROUTE', about: { messageId: message.messageId, reference: message.reference } },
  });
  expect(composeReroute({ ...order, message: earlier })).toMatchObject({
    inReplyTo: message.messageId,
    body: { about: { messageId: message.messageId, reference: 'DJ-26-TEST7' } },
  });
});
