import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDelivery } from './harness/check-delivery.ts';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { startLeadTraffic } from './harness/lead-traffic.ts';
import { waitUntil } from './harness/wait-until.ts';

/**
 * An upgrade in the middle of the day: each service in turn is told to stop (SIGTERM) and comes back, while leads
 * flow and a desk follows its inbox. Whoever retries notices nothing.
 */
const services = ['ingest', 'router', 'mailbox', 'archive', 'directory'] as const;
const desk = 'desk:counter-terrorism';
/**
 * Nothing below waits this long: a member that did not leave its group would keep its partitions until then, and
 * the leads of that time would not arrive.
 */
const sessionTimeoutMs = 240_000;
const arrivesWithinMs = 60_000;

let system: ExerciseStack;
const endings: string[] = [];
const acknowledged = new Set<string>();
const followed: { messageId: string; number: number }[] = [];
const following = new AbortController();

beforeAll(async () => {
  system = await startExerciseStack({
    extraEnv: { SINK_SESSION_TIMEOUT_MS: String(sessionTimeoutMs) },
    onProgress(event) {
      if (event.what === 'trouble') endings.push(event.text.en);
    },
  });
});

afterAll(async () => {
  following.abort();
  await system?.stop();
});

/** Follows the desk's inbox through every restart; ends when it is told to. */
async function follow(): Promise<void> {
  try {
    for await (const event of system.as(desk).inbox.follow({ signal: following.signal })) {
      if (event.type === 'delivery') {
        const { messageId, number } = event.item;
        followed.push({ messageId, number });
      }
    }
  } catch (error) {
    if (!following.signal.aborted) throw error;
  }
}

/** What a process wrote after a certain point, as its lines. */
function linesAfter(logFile: string, written: number): { msg?: string; clean?: boolean; step?: string }[] {
  const text = readFileSync(logFile, 'utf8').slice(written);
  return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}

const writtenSoFar = (logFile: string): number => readFileSync(logFile, 'utf8').length;

describe('SIGTERM of each service in turn, while leads flow', () => {
  let ends: Promise<void>;
  beforeAll(() => {
    ends = follow();
  });

  it.each(services)('%s finishes, leaves and ends with code 0; whoever retries is served', async (name) => {
    const leads = startLeadTraffic(system.as('post:DJ'), {
      senders: 4,
      pauseMs: 20,
      change: () => ({ crimeAreas: ['TERRORISM'] }),
    });
    await leads.more(20);
    const service = system.stack.service(name);
    const { pid, logFile } = service;
    const written = writtenSoFar(logFile);
    service.kill('SIGTERM');
    await waitUntil(`another ${name}`, async () =>
      service.pid === undefined || service.pid === pid ? undefined : true,
    );
    await service.waitUntilReady();
    await leads.more(20);
    const seen = await leads.stop();
    expect(seen.unresolved).toEqual([]);
    expect(seen.refused).toEqual([]);
    for (const messageId of seen.acknowledged.keys()) acknowledged.add(messageId);

    expect(endings.filter((text) => text.startsWith(`${name} ended`))).toEqual([
      expect.stringContaining(`${name} ended (exit code 0)`),
    ]);
    const lines = linesAfter(logFile, written);
    // Every step ended within SHUTDOWN_TIMEOUT_MS: the service's own, then those of its process.
    const stopped = lines.filter(({ msg }) => msg === 'stopped');
    expect(stopped.length).toBeGreaterThan(0);
    expect(stopped.filter(({ clean }) => clean !== true)).toEqual([]);
    expect(lines.filter(({ msg }) => msg?.includes('did not stop in time') === true)).toEqual([]);

    const findings = await waitUntil(
      'every acknowledged lead delivered and archived',
      async () => {
        const found = await checkDelivery(acknowledged, system.as(desk));
        return found.lost.length + found.notArchived.length === 0 ? found : undefined;
      },
      arrivesWithinMs,
    );
    expect(findings).toEqual({ lost: [], doubled: [], gaps: [], notArchived: [] });
  });

  it('the desk that followed its inbox all the while saw every lead once, in the order of its numbers', async () => {
    await waitUntil('the last leads', async () => {
      const seen = new Set(followed.map(({ messageId }) => messageId));
      return [...acknowledged].every((messageId) => seen.has(messageId)) ? true : undefined;
    });
    following.abort();
    await ends;
    expect(new Set(followed.map(({ messageId }) => messageId)).size).toBe(followed.length);
    expect(followed.map(({ number }) => number)).toEqual(followed.map((_, index) => index + 1));
  });
});
