import { type MessageRequest, uuidV7 } from '@chappe/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { waitUntil } from './harness/wait-until.ts';

/** Who answers for what leaves the network: a superior before it leaves, or, in an emergency, within a day. */
let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const partner = 'partner:example-agency';
const toPartner = {
  status: 'EXERCISE',
  exerciseId: 'EX-SEMAPHORE-2026',
  kind: 'LEAD',
  urgency: 'FLASH',
  urgencyGround: 'THREAT_TO_LIFE',
  crimeAreas: ['TERRORISM'],
  classification: 'NOT_PROTECTED',
  places: [{ country: 'DJ' }],
  recipients: { action: [{ correspondent: partner }] },
  body: { text: 'EXERCISE. An invented threat to an invented embassy.', callback: 'duty line' },
} as const;

/** Publishes as the officer or the superior of the post, and answers what came of it. */
async function publish(message: object, which: 'officer' | 'superior' = 'officer') {
  const request: object = { submissionId: uuidV7(), ...message };
  return await system.asPerson('post:DJ', which).publish(request as MessageRequest);
}

async function idOf(message: object, which?: 'officer' | 'superior'): Promise<string> {
  const result = await publish(message, which);
  if (result.outcome !== 'accepted') throw new Error(`it was ${result.outcome}`);
  return result.messageId;
}

const review = (messageId: string, granted: boolean) => ({
  status: 'EXERCISE',
  exerciseId: 'EX-SEMAPHORE-2026',
  kind: 'RELEASE',
  urgency: 'URGENT',
  crimeAreas: ['TERRORISM'],
  classification: 'NOT_PROTECTED',
  threadId: messageId,
  inReplyTo: messageId,
  body: { original: { messageId }, granted },
});

async function decided(messageId: string) {
  return await waitUntil(`the decision on ${messageId}`, async () => {
    const status = await system.asPerson('post:DJ').status(messageId);
    return status.state === 'PENDING' ? undefined : status;
  });
}

/** The reviews that the post owes or owed of a message: `owed`, or what ended it. */
async function reviewsOf(messageId: string): Promise<string[]> {
  const tracking: { own?: readonly { kind: string; endedBy?: string }[] } = await system
    .asPerson('post:DJ')
    .sent.tracking(messageId);
  return (tracking.own ?? []).filter(({ kind }) => kind === 'REVIEW').map(({ endedBy }) => endedBy ?? 'owed');
}

it('says by which rule, for whom and by whom it has to be released, and lets the superior send it', async () => {
  const refused = await publish(toPartner);
  if (refused.outcome !== 'refused') throw new Error(`it was ${refused.outcome}`);
  expect(refused.problem).toMatchObject({
    status: 403,
    type: 'urn:chappe:problem:release-required',
    errors: [
      {
        pointer: '/recipients/action/0/correspondent',
        facts: {
          rules: ['outside-the-network'],
          destinations: [partner],
          roles: ['releaser', 'desk-officer', 'desk-head', 'service'],
        },
      },
    ],
  });
  const released = await decided(await idOf(toPartner, 'superior'));
  expect(released.state).toBe('ACCEPTED');
  expect(await reviewsOf(released.messageId)).toEqual([]);
});

it('lets an emergency leave at once, and owes its review until another person who answers for the post gives it', async () => {
  const messageId = await idOf({ ...toPartner, releaseMode: 'EMERGENCY' });
  expect((await decided(messageId)).state).toBe('ACCEPTED');
  await waitUntil('the review is owed', async () =>
    (await reviewsOf(messageId)).includes('owed') ? true : undefined,
  );

  const byWriter = await decided(await idOf(review(messageId, true)));
  expect(byWriter).toMatchObject({ state: 'REFUSED', refusalCode: 'review-by-superior' });
  expect(await reviewsOf(messageId)).toEqual(['owed']);

  const bySuperior = await decided(await idOf(review(messageId, true), 'superior'));
  expect(bySuperior.state).toBe('ACCEPTED');
  await waitUntil('the review is given', async () =>
    (await reviewsOf(messageId)).includes('REVIEWED') ? true : undefined,
  );
});
