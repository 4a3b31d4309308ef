import { setTimeout as sleep } from 'node:timers/promises';
import { uuidV7 } from '@chappe/client';
import type { History } from '../history/open-history.ts';
import type { Random } from '../nemesis/seeded-random.ts';
import { acknowledge, type ReceiptType } from './acknowledge-in-person.ts';
import { desks, posts } from './chaos-correspondents.ts';
import {
  composeCancellation,
  composeCorrection,
  composeDispatch,
  composeReply,
  composeRequest,
  composeSupplement,
} from './compose-follow-up.ts';
import { composeLead, drawLane, withOtherBody } from './compose-lead.ts';
import type { Misbehaviour } from './misbehave.ts';
import type { ChaosClients } from './open-clients.ts';
import type { AcknowledgedSubmission, Submission } from './submission.ts';
import type { Submitter } from './submit-until-answered.ts';

/** What a scene is played with. */
export interface Stage {
  readonly submitter: Submitter;
  readonly misbehaviour: Misbehaviour;
  readonly clients: ChaosClients;
  readonly history: History;
  /** Whether the run is ending: a scene then goes no further. */
  closing(): boolean;
}

/** One kind of scene: how many submissions it is likely to begin, and what happens in it. */
export interface Scene {
  readonly submissions: number;
  play(stage: Stage, random: Random): Promise<void>;
}

/** The scenes by their names, which a workload's mix refers to. */
export type SceneName =
  | 'bulletin'
  | 'thread'
  | 'dispatch'
  | 'recall'
  | 'race'
  | 'inquiry'
  | 'charge'
  | 'duplicates'
  | 'conflict'
  | 'abandoned'
  | 'malformed';

const leadsOfABulletin = 20;
const itemWithinMs = 45_000;

/** What happens between posts and desks; each scene waits for the 202 before it sends what follows. */
export const scenes: Readonly<Record<SceneName, Scene>> = {
  /** A post sends what has gathered, in one request. */
  bulletin: {
    submissions: leadsOfABulletin,
    async play({ submitter }, random) {
      const sender = random.pick(posts);
      await submitter.submitBatch(
        Array.from({ length: leadsOfABulletin }, () => composeLead({ sender, random })),
      );
    },
  },

  /** A lead that its author goes on supplementing and correcting. */
  thread: {
    submissions: 4,
    async play(stage, random) {
      const lead = await sendLead(stage, random);
      for (let more = 1 + random.integer(4); more > 0 && lead !== undefined && !stage.closing(); more -= 1) {
        const compose = random.pick([composeSupplement, composeSupplement, composeCorrection]);
        if ((await send(stage, compose(lead, random))) === undefined) return;
        if (random.integer(2) === 0) await wait(stage, random.integer(400));
      }
    },
  },

  /** A desk passes a lead on; its author adds to it afterwards. */
  dispatch: {
    submissions: 3,
    async play(stage, random) {
      const lead = await sendLead(stage, random);
      if (lead === undefined) return;
      const plan = await planDispatch(stage, lead, random, { mayBeRefused: false });
      if (plan === undefined || (await send(stage, plan)) === undefined) return;
      await send(stage, composeSupplement(lead, random));
    },
  },

  /** A lead is withdrawn: at once, or after it was dispatched; then the desk's program repeats the dispatch. */
  recall: {
    submissions: 3,
    async play(stage, random) {
      const lead = await sendLead(stage, random);
      if (lead === undefined) return;
      const dispatched = random.integer(3) > 0;
      const plan = dispatched ? await planDispatch(stage, lead, random, { mayBeRefused: false }) : undefined;
      if (plan !== undefined) {
        const sent = await send(stage, plan);
        // The dispatch has been decided when its sender is told so: only then is the cancellation later.
        if (sent === undefined || !(await isAccepted(stage, sent))) return;
      }
      await wait(stage, random.integer(600));
      const action = random.pick(['STOP_USE', 'DELETE'] as const);
      const recall = await send(stage, composeCancellation(lead, drawLane(random), action));
      const desk = lead.submission.expect.recipients.find(isDesk);
      if (recall !== undefined && desk !== undefined && (await readItem(stage, desk, recall)) !== undefined) {
        await acknowledge(stage, { desk, who: 'officer', type: 'COMPLIED', messageId: recall.messageId });
      }
      if (plan === undefined) return;
      await wait(stage, 2_000 + random.integer(4_000));
      await stage.submitter.submit(plan);
    },
  },

  /** A desk dispatches a lead while its author withdraws it, in another lane. */
  race: {
    submissions: 3,
    async play(stage, random) {
      const lead = await sendLead(stage, random);
      if (lead === undefined) return;
      const plan = await planDispatch(stage, lead, random, { mayBeRefused: true });
      if (plan === undefined) return;
      const other = random.pick(
        (['flash', 'urgent', 'routine'] as const).filter((lane) => lane !== plan.lane),
      );
      await Promise.all([send(stage, plan), send(stage, composeCancellation(lead, other, 'STOP_USE'))]);
    },
  },

  /** A post asks another one, which answers. */
  inquiry: {
    submissions: 2,
    async play(stage, random) {
      const sender = random.pick(posts);
      const addressee = random.pick(posts.filter((each) => each !== sender));
      const lane = random.pick(['urgent', 'routine'] as const);
      const question = await send(stage, composeRequest({ sender, addressee, lane, random }));
      if (question === undefined || (await readItem(stage, addressee, question)) === undefined) return;
      await send(stage, composeReply(question, addressee, random));
    },
  },

  /** Two persons of a desk read a lead and both take charge; one of them closes it, and both repeat what they said. */
  charge: {
    submissions: 1,
    async play(stage, random) {
      const lead = await sendLead(stage, random);
      const desk = lead?.submission.expect.recipients.find(isDesk);
      if (lead === undefined || desk === undefined || (await readItem(stage, desk, lead)) === undefined)
        return;
      const say = (who: 'officer' | 'superior', type: ReceiptType): Promise<void> =>
        acknowledge(stage, { desk, who, type, messageId: lead.messageId });
      await Promise.all([say('officer', 'READ'), say('superior', 'READ')]);
      await Promise.all([say('officer', 'TAKEN_IN_CHARGE'), say('superior', 'TAKEN_IN_CHARGE')]);
      await wait(stage, random.integer(800));
      const closing = random.pick(['COMPLIED', 'REJECTED'] as const);
      await Promise.all([say('officer', closing), say('superior', closing)]);
      await Promise.all([say('officer', 'READ'), say('superior', 'TAKEN_IN_CHARGE')]);
    },
  },

  /** One submission many times: at once to any replica, again after the answer, and after a cut. */
  duplicates: {
    submissions: 5,
    async play(stage, random) {
      const lead = composeLead({ sender: random.pick(posts), random });
      if (random.integer(2) === 0) await stage.misbehaviour.abandon(lead);
      await Promise.all([1, 2, 3].map(() => stage.submitter.submit(lead)));
      await wait(stage, random.integer(3_000));
      await stage.submitter.submit(lead);
    },
  },

  /** Another body under the same submissionId: refused at once, or by the router, its sender told. */
  conflict: {
    submissions: 2,
    async play(stage, random) {
      const lead = composeLead({ sender: random.pick(posts), random });
      const other = withOtherBody(lead);
      if (random.integer(2) === 0) {
        await Promise.all([stage.submitter.submit(lead), stage.submitter.submit(other)]);
        return;
      }
      await stage.submitter.submit(lead);
      await stage.submitter.submit(other);
    },
  },

  /** A request whose sender never learns what became of it, and never asks again. */
  abandoned: {
    submissions: 1,
    play: ({ misbehaviour }, random) =>
      misbehaviour.abandon(composeLead({ sender: random.pick(posts), random })),
  },

  /** A body that must be refused. */
  malformed: {
    submissions: 1,
    play: ({ misbehaviour }, random) =>
      misbehaviour.sendMalformed(composeLead({ sender: random.pick(posts), random, submissionId: uuidV7() })),
  },
};

async function sendLead(stage: Stage, random: Random): Promise<AcknowledgedSubmission | undefined> {
  return await send(stage, composeLead({ sender: random.pick(posts), random }));
}

/** Sends and waits for the 202; undefined when there was none, or the run is ending. */
async function send(stage: Stage, submission: Submission): Promise<AcknowledgedSubmission | undefined> {
  if (stage.closing()) return undefined;
  const fate = await stage.submitter.submit(submission);
  return fate.outcome === 'acknowledged' ? { submission, ...fate } : undefined;
}

/** A dispatch by a desk that holds the lead: it quotes the original as its own inbox shows it. */
async function planDispatch(
  stage: Stage,
  lead: AcknowledgedSubmission,
  random: Random,
  { mayBeRefused }: { mayBeRefused: boolean },
): Promise<Submission | undefined> {
  const { sender, expect } = lead.submission;
  const desk = expect.recipients.find(isDesk);
  const free = posts.filter((each) => each !== sender && !expect.excluded.includes(each));
  if (desk === undefined) return undefined;
  const digest = await readItem(stage, desk, lead);
  if (digest === undefined) return undefined;
  const first = random.pick(free);
  const addressees = [first, random.pick(free.filter((each) => each !== first))].slice(
    0,
    1 + random.integer(2),
  );
  return composeDispatch(lead, { desk, lane: drawLane(random), digest, addressees, mayBeRefused });
}

function isDesk(correspondent: string): boolean {
  return (desks as readonly string[]).includes(correspondent);
}

/** The digest of a message as an inbox shows it, once it is there. */
async function readItem(
  stage: Stage,
  correspondent: string,
  { messageId }: AcknowledgedSubmission,
): Promise<string | undefined> {
  const client = stage.clients.of(correspondent);
  const digest = await askUntil(stage, async () => {
    const { message } = await client.inbox.read(messageId);
    return message?.requestDigest;
  });
  if (digest === undefined && !stage.closing()) {
    const text = `${correspondent} did not find ${messageId} in its inbox within ${itemWithinMs} ms`;
    stage.history.append({ what: 'note', client: `reader ${correspondent}`, text });
  }
  return digest;
}

/** Whether the sender of a message has been told that it was accepted. */
async function isAccepted(
  stage: Stage,
  { submission: { sender, request }, messageId }: AcknowledgedSubmission,
): Promise<boolean> {
  const client = stage.clients.of(sender);
  const state = await askUntil(stage, async () => {
    const answer = await client.status(messageId, { submissionId: request.submissionId });
    return answer.state === 'PENDING' ? undefined : answer.state;
  });
  return state === 'ACCEPTED';
}

async function askUntil<T>(stage: Stage, ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = performance.now() + itemWithinMs;
  for (
    let pauseMs = 60;
    performance.now() < deadline && !stage.closing();
    pauseMs = Math.min(1_000, pauseMs * 2)
  ) {
    // Absent, or the service is away: either may pass.
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await wait(stage, pauseMs);
  }
  return undefined;
}

/** Sleeps, but not on while the run ends. */
async function wait(stage: Stage, ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (!stage.closing() && performance.now() < until) await sleep(Math.min(250, until - performance.now()));
}
