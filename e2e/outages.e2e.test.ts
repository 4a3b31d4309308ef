import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDelivery } from './harness/check-delivery.ts';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { inventedLead } from './harness/invented-lead.ts';
import { readWholeInbox } from './harness/read-whole-inbox.ts';
import { waitUntil } from './harness/wait-until.ts';

/**
 * What each store's absence costs, seen from outside. Services wait for a store that is away, and go on when it
 * is back.
 */
let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const desk = 'desk:counter-terrorism';

/** One attempt, as no patient client makes it. */
async function post(body: unknown): Promise<{ status: number; retryAfter: string | null; json: Answer }> {
  const response = await fetch(new URL('/v1/messages', system.stack.state.url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await system.tokenOf('post:DJ')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    json: (await response.json()) as Answer,
  };
}
interface Answer {
  messageId?: string;
  type?: string;
}

async function expectDelivered(messageIds: readonly string[]): Promise<void> {
  const findings = await waitUntil(
    'the deliveries',
    async () => {
      const found = await checkDelivery(new Set(messageIds), system.as(desk));
      return found.lost.length + found.notArchived.length === 0 ? found : undefined;
    },
    120_000,
  );
  expect(findings).toEqual({ lost: [], doubled: [], gaps: [], notArchived: [] });
}

describe('without Redis', () => {
  it('leads go on, and a changed copy of a submission is refused to its sender by the router', async () => {
    await system.stack.process('redis').stop();
    // A fresh ingest remembers nothing, so that only the router can tell the two copies apart.
    const lead = await inventedLead();
    const first = await post(lead);
    expect(first.status).toBe(202);
    await system.stack.service('ingest').restart();
    const second = await post({ ...lead, body: { ...lead.body, text: 'the same submission, another text' } });
    expect(second).toMatchObject({ status: 202, json: { messageId: first.json.messageId } });
    await expectDelivered([first.json.messageId ?? '']);
    const notice = await waitUntil('the notice', async () =>
      (await readWholeInbox(system.as('post:DJ'))).find((item) => item.role === 'NOTICE'),
    );
    expect(notice.notice).toMatchObject({ code: 'CONFLICT', messageId: first.json.messageId });
    const [item] = await readWholeInbox(system.as(desk));
    expect(item?.message?.body).toMatchObject({ text: lead.body.text });
    await system.stack.process('redis').restart();
  });
});

describe('without PostgreSQL', () => {
  it('ingest goes on accepting, and everything arrives when it is back', async () => {
    await system.stack.process('postgres').stop();
    const accepted: string[] = [];
    for (let i = 0; i < 10; i += 1) {
      const { status, json } = await post(await inventedLead());
      expect(status).toBe(202);
      accepted.push(json.messageId ?? '');
    }
    for (const path of ['/v1/inbox', '/v1/archive/messages?reason=exercise']) {
      const answer = await fetch(new URL(path, system.stack.state.url), {
        headers: { authorization: `Bearer ${await system.tokenOf(desk)}` },
      });
      expect({ path, status: answer.status }).toEqual({ path, status: 503 });
      expect(answer.headers.get('retry-after')).not.toBeNull();
    }
    await system.stack.process('postgres').restart();
    await expectDelivered(accepted);
  });
});

describe('without Kafka', () => {
  it('a lead is answered 503 with Retry-After and never 202; memory stays bounded; retries then arrive once', async () => {
    const warm = await post(await inventedLead());
    expect(warm.status).toBe(202);
    await system.stack.process('kafka-1').stop();
    const before = await residentBytes();
    const leads = await Promise.all(Array.from({ length: 200 }, () => inventedLead()));
    const answers = await Promise.all(leads.map(post));
    for (const { status, retryAfter, json } of answers) {
      expect({ status, type: json.type }).toEqual({ status: 503, type: 'urn:chappe:problem:unavailable' });
      expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    expect((await residentBytes()) - before).toBeLessThan(64 * 1024 * 1024);
    await system.stack.process('kafka-1').restart();
    const retried = await Promise.all(leads.map((lead) => system.as('post:DJ').publish(lead)));
    const ids = retried.map((result) => (result.outcome === 'accepted' ? result.messageId : result.outcome));
    expect(new Set(ids).size).toBe(leads.length);
    await expectDelivered(ids);
  });
});

async function residentBytes(): Promise<number> {
  const response = await fetch(new URL('/metrics', system.stack.service('ingest').url));
  const [, bytes] = /^process_resident_memory_bytes\{[^}]*\} (\S+)$/m.exec(await response.text()) ?? [];
  expect(Number(bytes)).toBeGreaterThan(0);
  return Number(bytes);
}
