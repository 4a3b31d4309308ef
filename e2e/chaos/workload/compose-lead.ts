import { type MessageRequest, uuidV7 } from '@chappe/client';
import type { LaneName } from '../history/chaos-event.ts';
import type { Random } from '../nemesis/seeded-random.ts';
import { dutyDesk, posts } from './chaos-correspondents.ts';
import { type Submission, urgencyOf } from './submission.ts';

type LeadRequest = Extract<MessageRequest, { kind: 'LEAD' }>;
type CrimeAreas = NonNullable<LeadRequest['crimeAreas']>;

/** A shape of lead: how it is addressed, and who must get it by the demonstration's rules. */
interface LeadShape {
  readonly name: string;
  shape(
    sender: string,
    random: Random,
  ): {
    readonly crimeAreas: CrimeAreas;
    readonly action?: readonly string[];
    readonly information?: readonly string[];
    readonly excluded?: readonly string[];
    readonly expected: readonly string[];
  };
}

const byRule = (name: string, crimeAreas: CrimeAreas, expected: readonly string[]): LeadShape => ({
  name,
  shape: () => ({ crimeAreas, expected }),
});

const shapes: readonly LeadShape[] = [
  byRule('one rule', ['TERRORISM'], ['desk:counter-terrorism']),
  byRule('another rule', ['COMPUTER_CRIME'], ['desk:cyber']),
  byRule(
    'a rule for action and one for information',
    ['ARMS_AMMUNITION_AND_EXPLOSIVES_TRAFFICKING'],
    ['desk:counter-terrorism', 'desk:trafficking'],
  ),
  byRule('two rules', ['DRUG_TRAFFICKING', 'COMPUTER_CRIME'], ['desk:cyber', 'desk:trafficking']),
  byRule('no rule: the duty desk', ['CORRUPTION'], [dutyDesk]),
  {
    name: 'a rule and named posts',
    shape(sender, random) {
      const [first, second] = twoOtherPosts(sender, random);
      return {
        crimeAreas: ['DRUG_TRAFFICKING'],
        action: [first],
        information: [second],
        expected: ['desk:trafficking', first, second],
      };
    },
  },
  {
    name: 'the desk of the rule is excluded, another is named',
    shape: () => ({
      crimeAreas: ['TERRORISM'],
      action: [dutyDesk],
      excluded: ['desk:counter-terrorism'],
      expected: [dutyDesk],
    }),
  },
  {
    name: 'an addressee is excluded all the same',
    shape(sender, random) {
      const [kept, excluded] = twoOtherPosts(sender, random);
      return {
        crimeAreas: ['COMPUTER_CRIME'],
        action: [kept, excluded],
        excluded: [excluded],
        expected: ['desk:cyber', kept],
      };
    },
  },
];

/** A lead of a shape drawn at random, from one of the posts. */
export function composeLead(options: {
  readonly sender: string;
  readonly random: Random;
  readonly lane?: LaneName;
  readonly submissionId?: string;
}): Submission {
  const { sender, random } = options;
  const { crimeAreas, action, information, excluded, expected } = random.pick(shapes).shape(sender, random);
  const lane = options.lane ?? drawLane(random);
  const request: LeadRequest & { submissionId: string } = {
    submissionId: options.submissionId ?? uuidV7(),
    kind: 'LEAD',
    status: 'EXERCISE',
    exerciseId: 'EX-CHAOS',
    activity: 'OPERATIONAL',
    urgency: urgencyOf[lane],
    language: 'en',
    classification: 'RESTRICTED',
    crimeAreas,
    ...(lane === 'routine'
      ? {}
      : { urgencyGround: lane === 'flash' ? 'ATTACK_IMMINENT' : 'SUSPECT_ABOUT_TO_LEAVE' }),
    ...(lane === 'flash' ? { places: [{ country: 'DJ', name: 'Invented market' }] } : {}),
    recipients: {
      ...(action === undefined ? {} : { action: action.map(addressee) }),
      ...(information === undefined ? {} : { information: information.map(addressee) }),
      ...(excluded === undefined ? {} : { excluded: [...excluded] }),
    },
    body: {
      text: `EXERCISE. Invented lead of a chaos run, ${random.integer(1_000_000)}.`,
      ...(lane === 'flash' ? { callback: 'Invented duty line +999 00 00 01' } : {}),
    },
  };
  const recipients = [...expected].sort();
  const kept = excluded ?? [];
  return { request, sender, lane, variant: 0, expect: { audience: 'exactly', recipients, excluded: kept } };
}

/** The same submission with another text: what a client with a defect sends. */
export function withOtherBody(submission: Submission): Submission {
  const { request } = submission;
  if (request.kind !== 'LEAD') throw new TypeError('only leads are sent with another body');
  const body = { ...request.body, text: `${request.body.text} Changed.` };
  return { ...submission, request: { ...request, body }, variant: submission.variant + 1 };
}

/** Half of the traffic is routine, a fifth is flash. */
export function drawLane(random: Random): LaneName {
  return random.pick(['flash', 'urgent', 'urgent', 'routine', 'routine'] as const);
}

function addressee(correspondent: string): { correspondent: string } {
  return { correspondent };
}

function twoOtherPosts(sender: string, random: Random): [string, string] {
  const others = posts.filter((each) => each !== sender);
  const first = random.pick(others);
  return [first, random.pick(others.filter((each) => each !== first))];
}
