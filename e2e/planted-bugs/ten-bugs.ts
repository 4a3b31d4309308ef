import type { LocalService } from '@chappe/local';
import { Redis } from 'ioredis';
import { killAndComeBack } from '../chaos/faults/come-back.ts';
import type { ExerciseStack } from '../harness/exercise-stack.ts';
import { forgetUniqueKeys } from './forget-unique-keys.ts';
import type { PlantedBug } from './plant-and-check.ts';
import { replayDeadLetters } from './replay-dead-letters.ts';

/** Runs a service from one of the programs of this folder; taking it away brings the service's own back. */
function program(service: LocalService, main: string): PlantedBug['plant'] {
  return async ({ stack }) => {
    const at = (path: string): string => new URL(path, import.meta.url).pathname;
    await stack.service(service).restart({ main: at(`./${main}-main.ts`) });
    return () => stack.service(service).restart({ main: at(`../../services/${service}/src/main.ts`) });
  };
}

/** SIGKILL; the supervisor starts it again. */
function kill(service: LocalService): (system: ExerciseStack) => Promise<void> {
  return async ({ stack }) => void (await killAndComeBack(stack.service(service)));
}

/** Nobody remembers what was acknowledged: each repetition is written again, and read again by the router. */
async function forgetSubmissions(system: ExerciseStack): Promise<void> {
  const { stack } = system;
  if (stack.state.redis !== null) {
    const redis = new Redis(stack.state.redis, { lazyConnect: true, maxRetriesPerRequest: 0 });
    await redis.connect();
    await redis.flushall();
    redis.disconnect();
  }
  await kill('ingest')(system);
}

/** The ten defects that a checker worth its name must find, each with what makes it show. */
export const tenBugs: readonly PlantedBug[] = [
  {
    name: 'acknowledge before produce',
    breaks: 'I1',
    plant: program('ingest', 'acknowledge-before-produce'),
    disturb: kill('ingest'),
    mix: { bulletin: 3, thread: 1 },
  },
  {
    name: 'offset before effect',
    breaks: 'I1',
    plant: program('mailbox', 'offset-before-effect'),
    disturb: kill('mailbox'),
    mix: { bulletin: 3, thread: 1 },
  },
  {
    name: 'no unique key',
    breaks: 'I2',
    async plant({ stack }) {
      const forgotten = await forgetUniqueKeys(stack.state.postgres);
      return forgotten.restore;
    },
    judgedInPlace: true,
    disturb: forgetSubmissions,
    mix: { duplicates: 1 },
  },
  {
    name: 'decision recomputed',
    breaks: 'I1',
    plant: program('router', 'decision-recomputed'),
    disturb: forgetSubmissions,
    mix: { recall: 1 },
  },
  {
    name: 'router advancing before its publication is acknowledged',
    breaks: 'I1',
    plant: program('router', 'advance-before-publish'),
    disturb: kill('router'),
    mix: { bulletin: 3, thread: 1 },
  },
  {
    name: 'retry under a new id',
    breaks: 'I5',
    plant: program('ingest', 'retry-under-new-id'),
    mix: { duplicates: 1 },
  },
  {
    name: 'dead letter dropped',
    breaks: 'I1',
    plant: program('mailbox', 'dead-letter-dropped'),
    mend: async ({ stack }) => void (await replayDeadLetters(stack, 'mailbox')),
    mix: { inquiry: 1 },
  },
  {
    name: 'stream resumed one too late',
    breaks: 'STREAM',
    plant: program('mailbox', 'resume-one-too-late'),
    mix: { bulletin: 3, thread: 1 },
    followed: ['desk:counter-terrorism', 'desk:cyber', 'desk:trafficking'],
  },
  {
    name: 'excluded recipient ignored',
    breaks: 'I3',
    plant: program('router', 'excluded-ignored'),
    mix: { bulletin: 3, thread: 1 },
  },
  {
    name: "recall decided without the thread's lock",
    breaks: 'I9',
    plant: program('router', 'recall-without-lock'),
    mix: { race: 1 },
  },
];

/** No defect, under all of the circumstances above: what is found here would be the checker's own invention. */
export const noBug: PlantedBug = {
  name: 'no bug',
  breaks: undefined,
  plant: program('mailbox', 'replies-dead-lettered'),
  async disturb(system) {
    await forgetSubmissions(system);
    await Promise.all([kill('router')(system), kill('mailbox')(system)]);
  },
  async mend({ stack }) {
    if ((await replayDeadLetters(stack, 'mailbox')) === 0)
      throw new Error('no dead letter was there to be replayed');
  },
  mix: {
    bulletin: 3,
    thread: 4,
    dispatch: 3,
    recall: 3,
    race: 3,
    inquiry: 6,
    charge: 3,
    duplicates: 4,
    conflict: 2,
    abandoned: 3,
    malformed: 2,
  },
  followed: ['desk:counter-terrorism', 'desk:cyber', 'post:CI'],
};
