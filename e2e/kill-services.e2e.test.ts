import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDelivery } from './harness/check-delivery.ts';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { startLeadTraffic } from './harness/lead-traffic.ts';
import { waitUntil } from './harness/wait-until.ts';

/**
 * SIGKILL of each service while leads flow, then of ingest, router and mailbox at each step of the life of a
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

const steps = [
  ['ingest', 'before-produce'],
  ['ingest', 'after-produce'],
  ['router', 'before-record'],
  ['router', 'after-record'],
  ['router', 'before-publish'],
  ['router', 'after-publish'],
  ['router', 'before-advance'],
  ['router', 'after-advance'],
  ['mailbox', 'before-apply'],
  ['mailbox', 'after-apply'],
  ['mailbox', 'before-relay'],
  ['mailbox', 'after-relay'],
] as const;

describe('SIGKILL at a step of the life of a lead', () => {
  it.each(steps)('%s, %s', async (name, step) => {
    const service = system.stack.service(name);
    const mark = join(system.stack.dataDir, `${name}-${step}`);
    const mainOf = (path: string) => new URL(path, import.meta.url).pathname;
    await service.restart({
      main: mainOf(`./fault-points/${name}-main.ts`),
      env: { CHAPPE_FAULT_STEP: step, CHAPPE_FAULT_HIT: '3', CHAPPE_FAULT_MARK: mark },
    });
    system.stack.setAutoRestart(false);
    const leads = traffic();
    // The process must die of the fault point: a step that is never reached would prove nothing.
    await waitUntil('the fault', async () => (existsSync(mark) ? true : undefined), 30_000);
    await service.restart({
      main: mainOf(`../services/${name}/src/main.ts`),
      env: { CHAPPE_FAULT_STEP: '' },
    });
    system.stack.setAutoRestart(true);
    await leads.more(10);
    const seen = await leads.stop();
    expect(seen.unresolved).toEqual([]);
    for (const messageId of seen.acknowledged.keys()) acknowledged.add(messageId);
    await expectEverythingDelivered();
  });
});
