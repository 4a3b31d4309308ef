import { type MessageRequest, type Tracking, uuidV7 } from '@chappe/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { waitUntil } from './harness/wait-until.ts';

/** A whole recall: a lead, two dispatches one after the other, a word to a port authority, then the cancellation. */
let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const desk = 'desk:counter-terrorism';
const exercise = {
  status: 'EXERCISE',
  exerciseId: 'EX-SEMAPHORE-2026',
  urgency: 'ROUTINE',
  crimeAreas: ['TERRORISM'],
} as const;

async function publish(correspondent: string, content: object): Promise<string> {
  const message: object = { ...exercise, submissionId: uuidV7(), ...content };
  const result = await system.asPerson(correspondent).publish(message as MessageRequest);
  if (result.outcome !== 'accepted') throw new Error(`it was ${result.outcome}`);
  return result.messageId;
}

async function received(correspondent: string, messageId: string): Promise<void> {
  await waitUntil(`${messageId} at ${correspondent}`, () =>
    system.asPerson(correspondent).inbox.read(messageId),
  );
}

const dispatchOf = (messageId: string, to: string): object => ({
  kind: 'DISPATCH',
  threadId: messageId,
  body: {
    original: { messageId },
    action: [{ correspondent: to }],
    instruction: 'EXERCISE. Watch the arrivals.',
  },
});

const told = (messageId: string): object => ({
  kind: 'DISCLOSURE',
  threadId: messageId,
  inReplyTo: messageId,
  body: {
    original: { messageId },
    recipientBody: 'Invented port authority',
    recipientCountry: 'SN',
    form: 'ORAL',
    disclosedAt: new Date(Date.now() - 60_000).toISOString(),
    content: 'EXERCISE. A container may hold prohibited goods.',
    legalBasis: 'BILATERAL_AGREEMENT',
    justification: 'Only the authority can stop the container.',
    authorisedBy: 'Attaché',
  },
});

const owing = ({ items, others, disclosures }: Tracking) => ({
  items: Object.fromEntries(items.map(({ correspondent, owed }) => [correspondent, owed])),
  others,
  disclosures: disclosures?.map(({ correspondent, messageId, owed }) => ({ correspondent, messageId, owed })),
});

it('reaches three hops and a local body, and says who still owes what until all is obeyed', async () => {
  const lead = await publish('post:DJ', {
    kind: 'LEAD',
    body: { text: 'EXERCISE. A known courier ships a container.' },
  });
  await received(desk, lead);
  await publish(desk, dispatchOf(lead, 'post:CI'));
  await received('post:CI', lead);
  await publish('post:CI', dispatchOf(lead, 'post:SN'));
  await received('post:SN', lead);
  const disclosure = await publish('post:SN', told(lead));
  await received('post:DJ', disclosure);

  const recall = await publish('post:DJ', {
    kind: 'CANCELLATION',
    threadId: lead,
    cancels: lead,
    body: { reason: 'EXERCISE. The courier was confused with another.', action: 'DELETE' },
  });
  await Promise.all([desk, 'post:CI', 'post:SN'].map((each) => received(each, recall)));
  await received('post:SN', disclosure);

  const author = system.asPerson('post:DJ');
  // The author knows of the desk by its rule and of Dakar by its disclosure; Abidjan it need not know by name.
  const owed = ['COMPLIED'] as const;
  expect(owing(await author.sent.tracking(recall))).toEqual({
    items: { [desk]: owed, 'post:SN': owed },
    others: { count: 1, owing: 1 },
    disclosures: [{ correspondent: 'post:SN', messageId: disclosure, owed }],
  });
  expect(JSON.stringify(await author.sent.tracking(recall))).not.toContain('post:CI');

  // Dakar deletes its own copy at once; the port authority it reaches only later.
  await system.asPerson('post:SN').inbox.acknowledge(recall, { type: 'COMPLIED' });
  const half = owing(await author.sent.tracking(recall));
  expect(half.items['post:SN']).toEqual([]);
  expect(half.disclosures?.[0]?.owed).toEqual(owed);

  await system.asPerson('post:SN').inbox.acknowledge(disclosure, { type: 'COMPLIED' });
  for (const each of [desk, 'post:CI']) {
    await system.asPerson(each).inbox.acknowledge(recall, { type: 'COMPLIED' });
  }
  expect(owing(await author.sent.tracking(recall))).toEqual({
    items: { [desk]: [], 'post:SN': [] },
    others: { count: 1, owing: 0 },
    disclosures: [{ correspondent: 'post:SN', messageId: disclosure, owed: [] }],
  });

  // Whoever asks why Abidjan got it: the author is answered as of somebody who has nothing to do with it.
  const why = async (correspondent: string) => {
    const path = `/v1/routing/decisions/${recall}/why?correspondent=${correspondent}`;
    const response = await fetch(new URL(path, system.stack.state.url), {
      headers: { authorization: `Bearer ${await system.tokenOf('post:DJ')}` },
    });
    return (await response.json()) as { answer: string };
  };
  expect(await why('post:CI')).toMatchObject({ answer: 'NOT_CONCERNED' });
  expect(await why(desk)).toMatchObject({ answer: 'SERVED' });
});

it('binds a disclosure that is recorded only after the recall', async () => {
  const lead = await publish('post:DJ', { kind: 'LEAD', body: { text: 'EXERCISE. A second courier.' } });
  await received(desk, lead);
  await publish(desk, dispatchOf(lead, 'post:SN'));
  await received('post:SN', lead);
  const recall = await publish('post:DJ', {
    kind: 'CANCELLATION',
    threadId: lead,
    cancels: lead,
    body: { reason: 'EXERCISE. It proved wrong.', action: 'STOP_USE' },
  });
  await received('post:SN', recall);

  const disclosure = await publish('post:SN', told(lead));
  await received('post:DJ', disclosure);
  await received('post:SN', disclosure);

  const author = system.asPerson('post:DJ');
  const tracked = async () => owing(await author.sent.tracking(recall)).disclosures;
  const entry = { correspondent: 'post:SN', messageId: disclosure };
  expect(await tracked()).toEqual([{ ...entry, owed: ['COMPLIED'] }]);
  await system.asPerson('post:SN').inbox.acknowledge(disclosure, { type: 'COMPLIED' });
  expect(await tracked()).toEqual([{ ...entry, owed: [] }]);
  // It was accepted: that its sender also owes a recall for it is no refusal.
  expect(await system.asPerson('post:SN').status(disclosure)).toMatchObject({ state: 'ACCEPTED' });
});
