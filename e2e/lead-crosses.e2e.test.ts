import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { inventedLead } from './harness/invented-lead.ts';
import { readWholeInbox } from './harness/read-whole-inbox.ts';
import { waitUntil } from './harness/wait-until.ts';

let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const desk = 'desk:counter-terrorism';

describe('a lead crosses the network', () => {
  it('from the post to the desk, live, and into the archive; others cannot tell that it exists', async () => {
    const post = system.as('post:DJ');
    const counterTerrorism = system.as(desk);
    const lead = await inventedLead();

    const stream = counterTerrorism.inbox.follow({ signal: AbortSignal.timeout(30_000) });
    const received = (async () => {
      for await (const event of stream) {
        if (event.type === 'delivery' && event.item.role === 'ACTION') return event.item;
      }
      return undefined;
    })();
    const result = await post.publish(lead);
    if (result.outcome !== 'accepted') throw new Error(`the lead was ${result.outcome}`);
    const item = await received;
    expect(item).toMatchObject({ messageId: result.messageId, number: 1, role: 'ACTION' });
    expect(item?.message).toMatchObject({ kind: 'LEAD', status: 'EXERCISE', reference: result.reference });
    expect(item?.message).not.toHaveProperty('submissionId');
    expect(item?.message).not.toHaveProperty('actor');

    const status = await waitUntil('the decision', async () => {
      const answer = await post.status(result.messageId, { submissionId: result.submissionId });
      return answer.state === 'PENDING' ? undefined : answer;
    });
    expect(status.state).toBe('ACCEPTED');

    const reason = 'whole-system test';
    const archived = await waitUntil('the archive', async () =>
      counterTerrorism.archive.read(result.messageId, { reason }),
    );
    expect(archived.messageId).toBe(result.messageId);

    const foreign = await rawGet('post:CI', `/v1/archive/messages/${result.messageId}?reason=${reason}`);
    const absent = await rawGet('post:CI', `/v1/archive/messages/${absentId}?reason=${reason}`);
    expect(foreign).toEqual(absent);
    expect(foreign.status).toBe(404);
    for (const path of ['/v1/inbox/', '/v1/threads/', '/v1/sent/']) {
      const answers = await Promise.all(
        [result.messageId, absentId].map((id) => rawGet('post:CI', `${path}${id}`)),
      );
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]?.status).toBe(404);
    }
  });

  it('is one message however often it is submitted, and a changed copy is refused', async () => {
    const post = system.as('post:DJ');
    const lead = await inventedLead();
    const answers = await Promise.all(Array.from({ length: 64 }, () => post.publish(lead)));
    const ids = new Set(
      answers.map((answer) => (answer.outcome === 'accepted' ? answer.messageId : answer.outcome)),
    );
    expect(ids.size).toBe(1);
    const again = await post.publish(lead);
    expect(again).toMatchObject({ outcome: 'accepted', messageId: [...ids][0] });
    const changed = await post.publish({ ...lead, body: { text: 'something else' } });
    expect(changed).toMatchObject({
      outcome: 'refused',
      problem: { status: 422, type: 'urn:chappe:problem:submission-conflict' },
    });
    const [id] = ids;
    const items = await waitUntil('the delivery', async () => {
      const inbox = await readWholeInbox(system.as(desk));
      return inbox.some((item) => item.messageId === id) ? inbox : undefined;
    });
    expect(items.filter((item) => item.messageId === id)).toHaveLength(1);
    expect(items.map((item) => item.number)).toEqual(items.map((_, index) => index + 1));
  });

  it('is not shown to a correspondent that its sender excluded', async () => {
    const lead = await inventedLead({
      crimeAreas: ['TERRORISM'],
      recipients: { action: [{ correspondent: 'desk:duty' }], excluded: [desk] },
    });
    const result = await system.as('post:DJ').publish(lead);
    if (result.outcome !== 'accepted') throw new Error(`the lead was ${result.outcome}`);
    await waitUntil('the duty desk', async () =>
      (await readWholeInbox(system.as('desk:duty'))).find((item) => item.messageId === result.messageId),
    );
    const excluded = await readWholeInbox(system.as(desk));
    expect(excluded.map((item) => item.messageId)).not.toContain(result.messageId);
  });
});

describe('a dry run', () => {
  it('says who would get a lead and why, in both languages, and writes nothing', async () => {
    const post = system.as('post:MA');
    const lead = await inventedLead();
    const foretold = JSON.stringify(await post.dryRun(lead));
    expect(foretold).toContain('ACCEPTED');
    expect(foretold).toContain(desk);
    expect(foretold).toMatch(/"fr":"[^"]+","en":"[^"]+"/);
    expect((await post.sent()).items).toEqual([]);
    const sent = await post.publish(lead);
    expect(sent.outcome).toBe('accepted');
  });
});

describe('the documentation at the one origin', () => {
  it.each(['/openapi.json', '/docs/json'])(
    '%s describes the routes of all services in OpenAPI 3.1',
    async (path) => {
      const response = await fetch(new URL(path, system.stack.state.url));
      const document = (await response.json()) as { openapi: string; paths: Record<string, unknown> };
      expect(document.openapi).toMatch(/^3\.1\./);
      expect(Object.keys(document.paths)).toEqual(
        expect.arrayContaining([
          '/v1/messages',
          '/v1/routing/explain',
          '/v1/inbox/stream',
          '/v1/archive/messages',
          '/v1/me',
        ]),
      );
      expect(Object.keys(document.paths).filter((each) => !each.startsWith('/v1/'))).toEqual([]);
    },
  );
});

const absentId = '01980000-0000-8000-8000-000000000000';

/** Status and body of an answer, without what differs from one request to the next. */
async function rawGet(correspondent: string, path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(new URL(path, system.stack.state.url), {
    headers: { authorization: `Bearer ${await system.tokenOf(correspondent)}` },
  });
  const { traceId: _, ...body } = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body };
}
