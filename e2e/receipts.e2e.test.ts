import { fileURLToPath } from 'node:url';
import { type MessageRequest, type Tracking, uuidV7 } from '@chappe/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { typeAndWait } from './harness/type-command.ts';
import { waitUntil } from './harness/wait-until.ts';

let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const entry = fileURLToPath(new URL('../packages/client/src/cli/main.ts', import.meta.url));
const desk = 'desk:counter-terrorism';
const exercise = { status: 'EXERCISE', exerciseId: 'EX-SEMAPHORE-2026' } as const;

/** What somebody types after `chappe`, as a person of the demonstration. */
async function chappe(line: string): Promise<{ end: number | NodeJS.Signals | null; output: string }> {
  return typeAndWait(`'${process.execPath}' '${entry}' ${line}`, { CHAPPE_STACK: system.stack.dataDir });
}

async function received(correspondent: string, messageId: string): Promise<void> {
  await waitUntil(`${messageId} at ${correspondent}`, () => system.as(correspondent).inbox.read(messageId));
}

async function publish(correspondent: string, message: MessageRequest): Promise<string> {
  const result = await system.as(correspondent).publish(message);
  if (result.outcome !== 'accepted') throw new Error(`it was ${result.outcome}`);
  return result.messageId;
}

const statesOf = ({ items }: Tracking) =>
  items.map(({ correspondent, state, owed }) => [correspondent, state, owed]);

it('from a lead to the COMPLIED of its cancellation, typed by the people whose names stand under it', async () => {
  const sent = await chappe(
    'publish --text "EXERCISE: a known courier left for Abidjan" --crime-area terrorism --wait --json',
  );
  expect(sent.end).toBe(0);
  const { messageId, reference } = JSON.parse(sent.output) as { messageId: string; reference: string };
  await received(desk, messageId);

  const unread = await chappe(`inbox --unread --action --as ${desk}`);
  expect(unread.output).toMatch(new RegExp(`DELIVERED .*${reference} .*post:DJ`));

  // A system reads and publishes; what commits a person it cannot give.
  const bySystem = await fetch(new URL(`/v1/inbox/${messageId}/receipts`, system.stack.state.url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await system.tokenOf(desk)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ type: 'TAKEN_IN_CHARGE' }),
  });
  expect(await bySystem.json()).toMatchObject({ status: 403, type: 'urn:chappe:problem:person-required' });

  const taken = await chappe(`ack ${reference} --taken --as ${desk}`);
  expect(taken).toMatchObject({
    end: 0,
    output: expect.stringContaining('TAKEN_IN_CHARGE  in charge: yours'),
  });
  const late = await chappe(`ack ${reference} --taken --as ${desk} --login head-desk-counter-terrorism`);
  expect(late.end).toBe(3);
  expect(late.output).toMatch(/in charge of rédacteur since/);

  const instruction = 'EXERCISE. Watch the arrivals.';
  const dispatchId = await publish(desk, {
    ...exercise,
    submissionId: uuidV7(),
    kind: 'DISPATCH',
    urgency: 'ROUTINE',
    crimeAreas: ['TERRORISM'],
    threadId: messageId,
    body: {
      original: { messageId, reference },
      action: [{ correspondent: 'post:CI' }],
      instruction,
    },
  });
  await received('post:CI', dispatchId);
  await received('post:CI', messageId);

  const tracked = await chappe(`track ${reference}`);
  expect(tracked.output).toMatch(new RegExp(`${desk} +ACTION +TAKEN_IN_CHARGE .* rédacteur +—`));
  expect(tracked.output).not.toContain('post:CI');

  const recallId = await publish('post:DJ', {
    ...exercise,
    submissionId: uuidV7(),
    kind: 'CANCELLATION',
    urgency: 'ROUTINE',
    crimeAreas: ['TERRORISM'],
    threadId: messageId,
    cancels: messageId,
    body: { reason: 'EXERCISE. It proved wrong.', action: 'DELETE' },
  });
  await Promise.all([received(desk, recallId), received('post:CI', recallId)]);
  const originator = system.asPerson('post:DJ');
  const owing = await originator.sent.tracking(recallId);
  expect(statesOf(owing)).toContainEqual([desk, 'DELIVERED', ['COMPLIED']]);
  expect(owing.others).toMatchObject({ owing: owing.others?.count });
  expect(JSON.stringify(owing)).not.toContain('post:CI');

  const recall = (await originator.status(recallId)).reference;
  expect((await chappe(`ack ${recall} --complied --as ${desk}`)).end).toBe(0);
  expect((await chappe(`ack ${recall} --complied --as post:CI`)).end).toBe(0);

  const complied = await originator.sent.tracking(recallId);
  expect(statesOf(complied)).toContainEqual([desk, 'COMPLIED', []]);
  expect(complied.others?.owing).toBe((owing.others?.owing ?? 0) - 1);
  // The desk knows to whom it passed the lead on, and so sees there that the recall was obeyed.
  const dispatch = await system.asPerson(desk).sent.tracking(dispatchId);
  expect(dispatch.items).toMatchObject([
    { correspondent: 'post:CI', recall: { messageId: recallId, state: 'COMPLIED', owed: [] } },
  ]);
});
