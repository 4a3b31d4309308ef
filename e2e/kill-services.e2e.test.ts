import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDelivery } from './harness/check-delivery.ts';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { startLeadTraffic } from './harness/lead-traffic.ts';
import { waitUntil } from './harness/wait-until.ts';

/**
 * SIGKILL of each service while leads flow, then of ingest, router, mailbox and archive at each step of the life of a
 * lead. What is checked comes from clients alone: what senders were answered, inboxes and archive.
 */
let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const desk = 'desk:counter-terrorism';
const acknowledged = new Set<string>();

async function expectEverythingDelivered(): Promise<void> {
  const findings = await waitUntil(
    'every acknowledged lead delivered and archived',
    async () => {
      const found = await checkDelivery(acknowledged, system.as(desk));
      return found.lost.length + found.notArchived.length === 0 ? found : undefined;
    },
    90_000,
  );
  expect(findings).toEqual({ lost: [], doubled: [], gaps: [], notArchived: [] });
}

function traffic() {
  return startLeadTraffic(system.as('post:DJ'), {
    senders: 4,
    pauseMs: 20,
    change: () => ({ crimeAreas: ['TERRORISM'] }),
  });
}

describe('SIGKILL of a service while leads flow', () => {
  it.each(['ingest', 'router', 'mailbox', 'archive', 'directory'] as const)('%s', async (name) => {
    const leads = traffic();
    await leads.more(20);
    const service = system.stack.service(name);
    const { pid } = service;
    service.kill('SIGKILL');
    await waitUntil(`another ${name}`, async () =>
      service.pid === undefined || service.pid === pid ? undefined : true,
    );
    await service.waitUntilReady();
    await leads.more(20);
    const seen = await leads.stop();
    expect(seen.unresolved).toEqual([]);
    expect(seen.refused).toEqual([]);
    for (const messageId of seen.acknowledged.keys()) acknowledged.add(messageId);
    await expectEverythingDelivered();
  });
});

/** Each round takes several services down, each at one of its steps; the router has the most. */
const rounds = [
  { ingest: 'before-produce', router: 'before-record', mailbox: 'before-apply' },
  { ingest: 'after-produce', router: 'after-record', mailbox: 'after-apply' },
  { router: 'before-publish', mailbox: 'before-relay' },
  { router: 'after-publish', mailbox: 'after-relay' },
  { router: 'before-advance', archive: 'before-keep' },
  { router: 'after-advance', archive: 'after-keep' },
] as const;

describe('SIGKILL at a step of the life of a lead', () => {
  it.each(rounds.map((round) => [told(round), round] as const))('%s', async (_told, round) => {
    const points = Object.entries(round) as [Falling, string][];
    system.stack.setAutoRestart(false);
    await Promise.all(points.map(([name, step]) => armed(name, step)));
    const leads = traffic();
    await Promise.all(points.map(([name, step]) => fallenAndBack(name, step)));
    system.stack.setAutoRestart(true);
    await leads.more(10);
    const seen = await leads.stop();
    expect(seen.unresolved).toEqual([]);
    for (const messageId of seen.acknowledged.keys()) acknowledged.add(messageId);
    await expectEverythingDelivered();
  });
});

function told(round: Record<string, string>): string {
  return Object.entries(round)
    .map(([name, step]) => `${name}, ${step}`)
    .join('; ');
}

type Falling = 'ingest' | 'router' | 'mailbox' | 'archive';
const mainOf = (path: string) => new URL(path, import.meta.url).pathname;
const markOf = (name: string, step: string) => join(system.stack.dataDir, `${name}-${step}`);

/** Runs the service from a program that dies at the third time it comes to the step. */
async function armed(name: Falling, step: string): Promise<void> {
  await system.stack.service(name).restart({
    main: mainOf(`./fault-points/${name}-main.ts`),
    env: { CHAPPE_FAULT_STEP: step, CHAPPE_FAULT_HIT: '3', CHAPPE_FAULT_MARK: markOf(name, step) },
  });
}

/** The process must die of the fault point: a step that is never reached would prove nothing. */
async function fallenAndBack(name: Falling, step: string): Promise<void> {
  await waitUntil(
    `the fault of ${name}`,
    async () => (existsSync(markOf(name, step)) ? true : undefined),
    60_000,
  );
  await system.stack.service(name).restart({
    main: mainOf(`../services/${name}/src/main.ts`),
    env: { CHAPPE_FAULT_STEP: '' },
  });
}
