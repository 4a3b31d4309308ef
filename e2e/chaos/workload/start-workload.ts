import { setTimeout as sleep } from 'node:timers/promises';
import type { ExerciseStack } from '../../harness/exercise-stack.ts';
import type { History } from '../history/open-history.ts';
import { type Random, seededRandom } from '../nemesis/seeded-random.ts';
import { followOnTheWire } from './follow-on-the-wire.ts';
import { listNowAndThen } from './list-now-and-then.ts';
import { createMisbehaviour } from './misbehave.ts';
import { openClients } from './open-clients.ts';
import { type SceneName, type Stage, scenes } from './play-scenes.ts';
import type { AcknowledgedSubmission } from './submission.ts';
import { createSubmitter } from './submit-until-answered.ts';

/** How often each scene is drawn, in relation to the others. */
export type SceneMix = Partial<Record<SceneName, number>>;

/** What a workload is made of. */
export interface WorkloadOptions {
  readonly system: ExerciseStack;
  readonly history: History;
  readonly seed: number;
  /** Submissions begun per second over all lanes, whatever the answers take (open loop). */
  readonly ratePerSecond: number;
  /** Ingest replicas to which repeated and concurrent submissions go, any of them; the public origin without. */
  readonly ingestUrls?: readonly string[];
  /** Only these scenes; the whole mix by default. */
  readonly mix?: SceneMix;
  /** Inboxes that are followed and listed while they fill. */
  readonly followed?: readonly string[];
  /** Where followers begin, on a stack that others used before; at the beginning of the inbox without. */
  readonly followAfter?: ReadonlyMap<string, number>;
  /** The longest that a stream lives before its follower cuts it off; each inbox has its own by default. */
  readonly streamsLastMs?: number;
  /** How long an answer may still take once the end is asked for. */
  readonly patienceMs?: number;
}

/** Senders and readers at work. */
export interface Workload {
  /** How many different messages were answered 202 until now. */
  acknowledged(): number;
  /** The latest few hundred of them. */
  recentlyAcknowledged(): readonly AcknowledgedSubmission[];
  /** Holds back new submissions; resolves when none is under way. */
  pause(): Promise<void>;
  resume(): void;
  /** Ends it: each submission that was begun has its final answer, or is noted as never acknowledged. */
  stop(): Promise<void>;
}

/** Mostly bulk, as on a network's worst day; the rest is what makes the bulk interesting. */
const wholeMix: SceneMix = {
  bulletin: 30,
  thread: 30,
  dispatch: 12,
  recall: 12,
  race: 10,
  inquiry: 12,
  charge: 10,
  duplicates: 12,
  conflict: 6,
  abandoned: 12,
  malformed: 4,
};

const tickMs = 50;
/** What may wait for answers at once: a broker that is away for minutes must not fill the memory. */
const mostUnderWay = 4_000;
const followedByDefault = ['desk:counter-terrorism', 'desk:trafficking', 'desk:duty', 'post:CI', 'post:LB'];

/** Starts senders on all lanes, followers and listers. */
export function startWorkload(options: WorkloadOptions): Workload {
  const { system, history, seed, ratePerSecond } = options;
  const origin = system.stack.state.url;
  const random = seededRandom(seed);
  const clients = openClients(system);
  const urls = [origin, ...(options.ingestUrls ?? [])];
  const submitter = createSubmitter({ clients, history, random: random.fork('replicas'), urls });
  const misbehaviour = createMisbehaviour({ clients, history, random: random.fork('misbehaviour'), urls });
  let closing = false;
  let paused = false;
  let ended = false;
  let playing = 0;
  const stage: Stage = { submitter, misbehaviour, clients, history, closing: () => closing };
  const draw = drawScenes(options.mix ?? wholeMix, random.fork('scenes'));
  const readers = startReaders();

  function startReaders(): { stop(): Promise<void> }[] {
    return (options.followed ?? followedByDefault).flatMap((correspondent, place) => [
      followOnTheWire({
        url: origin,
        correspondent,
        reader: `follower ${correspondent}`,
        clients,
        history,
        random: random.fork(`follower ${correspondent}`),
        ...(options.followAfter === undefined ? {} : { since: options.followAfter.get(correspondent) ?? 0 }),
        longestMs: options.streamsLastMs ?? (place % 2 === 0 ? 6_000 : 20_000),
      }),
      listNowAndThen({
        correspondent,
        reader: `lister ${correspondent}`,
        clients,
        history,
        everyMs: 3_000 + place * 700,
      }),
    ]);
  }

  /** Begins scenes as the schedule says, however long the answers to earlier ones take. */
  async function conduct(): Promise<void> {
    let due = 0;
    let ordinal = 0;
    let heldBack = false;
    let before = performance.now();
    while (!closing) {
      await sleep(tickMs);
      const now = performance.now();
      if (!paused) due += ((now - before) / 1000) * ratePerSecond;
      before = now;
      const full = submitter.underWay() >= mostUnderWay;
      if (full !== heldBack) {
        heldBack = full;
        const text = full
          ? `held back: ${mostUnderWay} submissions wait for answers`
          : 'goes on as scheduled';
        history.append({ what: 'note', client: 'workload', text });
      }
      // What could not be begun is not made up for: that would be a flood of our own making.
      if (full) due = 0;
      while (due > 0 && !paused && !closing) {
        const scene = draw();
        due -= scene.submissions;
        ordinal += 1;
        playing += 1;
        void scene
          .play(stage, random.fork(`scene ${ordinal}`))
          .catch((error: unknown) => {
            const text = `a scene failed: ${error instanceof Error ? error.stack : String(error)}`;
            history.append({ what: 'note', client: 'workload', text });
          })
          .finally(() => {
            playing -= 1;
          });
      }
    }
  }

  const conducted = conduct();

  async function untilQuiet(): Promise<void> {
    while (playing > 0) await sleep(tickMs);
  }

  return {
    acknowledged: submitter.acknowledged,
    recentlyAcknowledged: submitter.recentlyAcknowledged,
    async pause() {
      paused = true;
      await untilQuiet();
    },
    resume() {
      paused = false;
    },
    async stop() {
      if (ended) return;
      ended = true;
      closing = true;
      submitter.giveUpAfter(options.patienceMs ?? 60_000);
      await conducted;
      await untilQuiet();
      await Promise.all(readers.map((reader) => reader.stop()));
    },
  };
}

/** Draws scenes by their weights. */
function drawScenes(mix: SceneMix, random: Random): () => (typeof scenes)[SceneName] {
  const names = (Object.keys(scenes) as SceneName[]).flatMap((name) =>
    Array.from({ length: mix[name] ?? 0 }, () => name),
  );
  if (names.length === 0) throw new RangeError('the mix holds no scene');
  return () => scenes[random.pick(names)];
}
