import { readFile } from 'node:fs/promises';
import { type InboxItem, type MessageRequest, uuidV7 } from '@chappe/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { readWholeInbox } from './harness/read-whole-inbox.ts';
import { waitUntil } from './harness/wait-until.ts';

let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack({
    serviceEnv: { mailbox: { FLASH_ACKNOWLEDGE_WITHIN_MS: '8000', DEADLINE_SWEEP_MS: '200' } },
  });
});
afterAll(() => system?.stop());

const desk = 'desk:counter-terrorism';
const dutyDesk = 'desk:duty';

async function publishFlash(): Promise<{ messageId: string; reference: string }> {
  const example = new URL('../packages/schemas/examples/flash-lead.json', import.meta.url);
  const flash = JSON.parse(await readFile(example, 'utf8')) as MessageRequest;
  const result = await system.as('post:DJ').publish({
    ...flash,
    submissionId: uuidV7(),
    crimeAreas: ['TERRORISM'],
  });
  if (result.outcome !== 'accepted') throw new Error(`it was ${result.outcome}`);
  return result;
}

/** The service messages about a message in an inbox. */
async function toldAbout(correspondent: string, messageId: string): Promise<readonly InboxItem[]> {
  const items = await readWholeInbox(system.as(correspondent));
  return items.filter((item) => {
    const body = item.message?.kind === 'SERVICE' ? item.message.body : undefined;
    return body?.about?.messageId === messageId;
  });
}

it('a flash that nobody acknowledges reaches the duty desk, through the death of the mailbox; tracking says so', async () => {
  const { messageId, reference } = await publishFlash();
  await waitUntil('the flash at its desk', () => system.as(desk).inbox.read(messageId));
  await system.stack.service('mailbox').crash();
  await system.stack.service('mailbox').restart();

  const escalations = await waitUntil('an escalation at the duty desk', async () => {
    const told = await toldAbout(dutyDesk, messageId);
    return told.length > 0 ? told : undefined;
  });
  expect(escalations[0]).toMatchObject({
    role: 'ACTION',
    lane: 'flash',
    status: 'EXERCISE',
    sender: 'service:system',
    message: {
      exerciseId: 'EX-SEMAPHORE-2026',
      body: { code: 'NOTICE', about: { messageId, reference } },
    },
  });
  // Nothing of the lead goes with it, and it opens no way into its thread.
  expect(JSON.stringify(escalations)).not.toMatch(/market|Caller/);
  expect(escalations[0]?.threadId).not.toBe(messageId);

  const tracked = await system.asPerson('post:DJ').sent.tracking(messageId);
  expect(tracked.items).toMatchObject([
    {
      correspondent: desk,
      deadlines: expect.arrayContaining([
        expect.objectContaining({
          kind: 'ACKNOWLEDGE',
          late: true,
          events: expect.arrayContaining([{ step: 'ESCALATION', at: expect.any(String) }]),
        }),
      ]),
    },
  ]);
  expect(JSON.stringify(tracked)).not.toContain(dutyDesk);
  expect(await system.as(desk).inbox.read(messageId)).toMatchObject({ late: true });

  // The watch takes it upon itself: it goes no further along the rota, and was told of it once per step.
  const last = (await toldAbout(dutyDesk, messageId)).at(-1);
  await system.asPerson(dutyDesk).inbox.acknowledge(last?.messageId ?? '', { type: 'TAKEN_IN_CHARGE' });
  const taken = await toldAbout(dutyDesk, messageId);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const later = await toldAbout(dutyDesk, messageId);
  expect(later.map((item) => item.messageId)).toEqual(taken.map((item) => item.messageId));
  const texts = later.map((item) => (item.message?.kind === 'SERVICE' ? item.message.body.text : ''));
  expect(new Set(texts).size).toBe(texts.length);
  for (const other of ['desk:cyber', 'post:DJ', 'post:CI'])
    expect(await toldAbout(other, messageId)).toEqual([]);
});

it('a flash that its desk acknowledges in time is nobody else’s matter', async () => {
  const { messageId } = await publishFlash();
  await waitUntil('the flash at its desk', () => system.as(desk).inbox.read(messageId));
  await system.asPerson(desk).inbox.acknowledge(messageId, { type: 'TAKEN_IN_CHARGE' });
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  expect(await toldAbout(dutyDesk, messageId)).toEqual([]);
  const tracked = await system.asPerson('post:DJ').sent.tracking(messageId);
  expect(tracked.items[0]?.deadlines).toMatchObject([
    { kind: 'ACKNOWLEDGE', late: false, endedBy: 'TAKEN_IN_CHARGE', events: [] },
    { kind: 'TAKE_IN_CHARGE', late: false, endedBy: 'TAKEN_IN_CHARGE', events: [] },
  ]);
});
