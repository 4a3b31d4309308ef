import { fileURLToPath } from 'node:url';
import { ChappeProblem, type MessageRequest, uuidV7 } from '@chappe/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { typeAndWait } from './harness/type-command.ts';
import { waitUntil } from './harness/wait-until.ts';

/** A post is suspended with leads in its inbox: what nobody there acted on goes to whoever stands in. */
let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const entry = fileURLToPath(new URL('../packages/client/src/cli/main.ts', import.meta.url));
const exercise = {
  status: 'EXERCISE',
  exerciseId: 'EX-SEMAPHORE-2026',
  urgency: 'ROUTINE',
  crimeAreas: ['DRUG_TRAFFICKING'],
} as const;

async function type(line: string): Promise<string> {
  const shell = `chappe() { '${process.execPath}' '${entry}' "$@"; }; ${line}`;
  const { end, output } = await typeAndWait(shell, { CHAPPE_STACK: system.stack.dataDir });
  expect({ line, end, output }).toMatchObject({ end: 0 });
  return output;
}

async function publish(content: object): Promise<string> {
  const message: object = { ...exercise, submissionId: uuidV7(), ...content };
  const result = await system.asPerson('post:DJ').publish(message as MessageRequest);
  if (result.outcome !== 'accepted') throw new Error(`it was ${result.outcome}`);
  return result.messageId;
}

const lead = (text: string): Promise<string> =>
  publish({
    kind: 'LEAD',
    countriesConcerned: ['CI'],
    recipients: { action: [{ correspondent: 'post:CI' }] },
    body: { text: `EXERCISE: ${text}` },
  });

const received = (correspondent: string, messageId: string) =>
  waitUntil(`${messageId} at ${correspondent}`, () => system.asPerson(correspondent).inbox.read(messageId));

/** Two administrators: one proposes, the other approves; answers when the approval was given. */
async function change(options: string): Promise<number> {
  const proposed = await type(`chappe directory propose ${options} --reason "exercise" --json`);
  const { proposalId } = JSON.parse(proposed) as { proposalId: string };
  await type(`chappe directory approve ${proposalId} --login directory-admin-2`);
  return performance.now();
}

async function why(messageId: string, correspondent: string): Promise<{ answer: string; reasons: object[] }> {
  const path = `/v1/routing/decisions/${messageId}/why?correspondent=${correspondent}`;
  const response = await fetch(new URL(path, system.stack.state.url), {
    headers: { authorization: `Bearer ${await system.tokenOf('post:DJ')}` },
  });
  return (await response.json()) as { answer: string; reasons: object[] };
}

it('what nobody acted on is with the stand-in within ten seconds, what somebody has in charge is not, and a recall reaches both', async () => {
  const [untouched, read, taken] = await Promise.all([lead('untouched'), lead('read'), lead('taken')]);
  await Promise.all([untouched, read, taken].map((each) => received('post:CI', each)));
  const abidjan = system.asPerson('post:CI');
  await abidjan.inbox.acknowledge(read, { type: 'READ' });
  await abidjan.inbox.acknowledge(taken, { type: 'TAKEN_IN_CHARGE' });

  const approvedAtMs = await change('--suspend post:CI');

  const copies = await Promise.all([untouched, read].map((each) => received('post:TG', each)));
  const tookMs = performance.now() - approvedAtMs;
  expect(tookMs).toBeLessThan(10_000);
  expect(copies.map(({ role, kind, sender, status }) => [role, kind, sender, status])).toEqual(
    [1, 2].map(() => ['ACTION', 'LEAD', 'post:DJ', 'EXERCISE']),
  );
  await expect(abidjan.me()).rejects.toMatchObject({ code: 'suspended' });

  // Its sender is told who stood in for whom, by both sides and at the terminal.
  const author = system.asPerson('post:DJ');
  const tracking = await waitUntil('the tracking', async () => {
    const { items } = await author.sent.tracking(untouched);
    return items.some((each) => each.standsInFor !== undefined) ? items : undefined;
  });
  expect(tracking.find((each) => each.correspondent === 'post:TG')).toMatchObject({
    role: 'ACTION',
    standsInFor: ['post:CI'],
    owed: ['TAKEN_IN_CHARGE'],
  });
  expect(tracking.find((each) => each.correspondent === 'post:CI')).toMatchObject({
    rerouted: { to: ['post:TG'] },
    owed: [],
  });
  expect(await why(untouched, 'post:TG')).toMatchObject({
    answer: 'SERVED',
    reasons: [{ code: 'stands-in', correspondent: 'post:CI' }],
  });
  expect((await why(untouched, 'post:CI')).reasons).toContainEqual(
    expect.objectContaining({ code: 'rerouted', correspondent: 'post:TG' }),
  );
  expect(await type(`chappe track ${untouched} --as post:DJ`)).toContain('stands in for post:CI');
  expect(await type(`chappe --lang fr track ${untouched} --as post:DJ`)).toContain(
    'suspendu ; repris par post:TG',
  );

  // What somebody in Abidjan has in charge stays there.
  await expect(system.asPerson('post:TG').inbox.read(taken)).rejects.toBeInstanceOf(ChappeProblem);

  await system.asPerson('post:TG').inbox.acknowledge(read, { type: 'TAKEN_IN_CHARGE' });
  await change('--resume post:CI');
  const back = await received('post:CI', read);
  expect(back.standIns).toMatchObject([
    {
      suspended: 'post:CI',
      standIn: 'post:TG',
      takenInChargeBy: [{ correspondent: 'post:TG', position: expect.any(String) }],
    },
  ]);

  const recall = await publish({
    kind: 'CANCELLATION',
    threadId: untouched,
    cancels: untouched,
    body: { reason: 'EXERCISE. Confused with another.', action: 'DELETE' },
  });
  await Promise.all(['post:CI', 'post:TG'].map((each) => received(each, recall)));
  const owing = (await author.sent.tracking(recall)).items.map(({ correspondent, owed }) => [
    correspondent,
    owed,
  ]);
  expect(owing).toEqual(expect.arrayContaining(['post:CI', 'post:TG'].map((each) => [each, ['COMPLIED']])));
}, 180_000);

it('nobody else can order it: such an order is forbidden at the door', async () => {
  const known = await lead('a forged order');
  await received('post:CI', known);
  for (const correspondent of ['post:DJ', 'post:CI']) {
    const order: object = {
      ...exercise,
      submissionId: uuidV7(),
      kind: 'SERVICE',
      threadId: known,
      inReplyTo: known,
      recipients: { action: [{ correspondent: 'post:CI' }] },
      body: { code: 'REROUTE', about: { messageId: known } },
    };
    const result = await system.asPerson(correspondent).publish(order as MessageRequest);
    expect(result).toMatchObject({ outcome: 'refused', problem: { status: 403 } });
  }
}, 60_000);
