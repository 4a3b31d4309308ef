import { provisionTopics } from '@chappe/kafka';
import { isReference, messageTopic } from '@chappe/schemas';
import { type TestKafka, testKafka, testRedis } from '@chappe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleRequests, newLead, newSubmissionId } from './example-requests.ts';
import { type Scene, startScene } from './start-scene.ts';
import { type LaneWatch, watchLanes } from './watch-lanes.ts';

let kafka: TestKafka;
let scene: Scene;
let watch: LaneWatch;

beforeAll(async () => {
  kafka = await testKafka({ provision: provisionTopics });
  const redis = await testRedis();
  const env: Record<string, string> = { SUBMISSION_CACHE_SECRET: 'shared by both replicas' };
  if (redis !== null) env.REDIS_URL = redis.url;
  const settings = { admin: kafka.admin, environment: kafka.environment('ingest') };
  scene = await startScene(settings, { env });
  watch = await watchLanes(kafka.settings('archive'));
});

afterAll(async () => {
  await watch.stop();
  await scene.stop();
});

describe('a message that is right', () => {
  it('is answered 202 once it stands in its lane, keyed by its thread, with CloudEvents headers', async () => {
    const request = newLead({ urgency: 'URGENT' });
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const answer = await scene.post(request, {
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    });
    expect(answer.status).toBe(202);
    const { messageId, reference } = answer.body as { messageId: string; reference: string };
    expect(answer.body).toEqual({
      messageId,
      reference,
      status: `http://127.0.0.1:9/v1/sent/${messageId}?submissionId=${request.submissionId}`,
    });
    expect(isReference(reference)).toBe(true);
    const [record, ...copies] = await watch.arrived(messageId);
    expect(copies).toEqual([]);
    expect(record).toMatchObject({ topic: messageTopic('urgent'), key: messageId });
    expect(record?.message).toMatchObject({
      submissionId: request.submissionId,
      sender: { correspondent: 'post:DJ' },
      actor: 'person-officer-post-DJ',
      traceId,
      lead: { text: 'A dhow left at dawn.' },
    });
    expect(record?.header('ce_id')).toBe(messageId);
    expect(record?.header('ce_specversion')).toBe('1.0');
    expect(record?.header('message-kind')).toBe('LEAD');
    expect(record?.header('status')).toBe('ACTUAL');
    expect(record?.header('traceparent')).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  });

  it.each(exampleRequests())('may be the published example $name', async ({ request }) => {
    const answer = await scene.post({ ...request, submissionId: newSubmissionId() });
    expect(answer.body).not.toHaveProperty('errors');
    expect(answer.status).toBe(202);
  });
});

describe('the same submission', () => {
  it('has the same answer, without a second record', async () => {
    const request = newLead();
    const first = await scene.post(request);
    const second = await scene.post(request);
    expect(second.status).toBe(202);
    expect(second.body).toEqual(first.body);
    await scene.post(newLead());
    expect(await watch.arrived(String(first.body.messageId))).toHaveLength(1);
  });

  it('has one message id and one record when 64 copies arrive together', async () => {
    const request = newLead();
    const answers = await Promise.all(Array.from({ length: 64 }, () => scene.post(request)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    const ids = new Set(answers.map((answer) => String(answer.body.messageId)));
    expect(ids.size).toBe(1);
    const after = await scene.post(newLead());
    await watch.arrived(String(after.body.messageId));
    expect(await watch.arrived([...ids].join())).toHaveLength(1);
  });

  it('is known by its Idempotency-Key alone', async () => {
    const { submissionId, ...request } = newLead();
    const headers = { 'idempotency-key': `"${submissionId}"` };
    const byHeader = await scene.post(request, { headers });
    expect(byHeader.status).toBe(202);
    expect((await scene.post({ ...request, submissionId })).body).toEqual(byHeader.body);
  });

  it('with another body is a conflict, and nothing is written', async () => {
    const request = newLead();
    const first = await scene.post(request);
    const conflict = await scene.post({ ...request, body: { text: 'Another.' } });
    expect(conflict).toMatchObject({ status: 422, type: 'submission-conflict' });
    const records = await watch.arrived(String(first.body.messageId));
    expect(records).toHaveLength(1);
  });

  it('by another correspondent is another message', async () => {
    const request = newLead();
    const mine = await scene.post(request);
    const theirs = await scene.post(request, { as: { subject: 'demo-officer-post-CI' } });
    expect(theirs.status).toBe(202);
    expect(theirs.body.messageId).not.toBe(mine.body.messageId);
  });
});

describe('a batch', () => {
  it('answers each item at its place, as if sent alone', async () => {
    const [good, twice] = [newLead(), newLead()];
    const messages = [good, newLead({ urgency: 'FAST' }), twice, { ...twice, body: { text: 'x' } }, 7, twice];
    const answer = await scene.post({ messages }, { path: '/v1/messages/batch' });
    expect(answer.status).toBe(200);
    const items = answer.body.items as {
      status: number;
      submissionId: unknown;
      accepted?: { messageId: string };
      problem?: { type: string };
    }[];
    expect(items.map(({ status }) => status)).toEqual([202, 400, 202, 422, 400, 202]);
    expect(items[0]?.submissionId).toBe(good.submissionId);
    expect(items[1]?.problem?.type).toBe('urn:chappe:problem:invalid-value');
    expect(items[2]?.accepted).toEqual(items[5]?.accepted);
    expect(items[4]).toMatchObject({
      submissionId: null,
      problem: { type: 'urn:chappe:problem:wrong-type' },
    });
    expect(await watch.arrived(items[2]?.accepted?.messageId ?? '')).toHaveLength(1);
  });

  it('takes 500 items and no more', async () => {
    const batch = (count: number) => ({ messages: Array.from({ length: count }, () => newLead()) });
    const full = await scene.post(batch(500), { path: '/v1/messages/batch' });
    const items = full.body.items as { status: number }[];
    expect(items.filter(({ status }) => status === 202)).toHaveLength(500);
    expect(await scene.post(batch(501), { path: '/v1/messages/batch' })).toMatchObject({
      status: 400,
      type: 'invalid-value',
    });
  });
});

describe('a dry run', () => {
  it('says 503 without a router, and writes nothing', async () => {
    const request = newLead();
    const answer = await scene.post(request, { path: '/v1/messages?dryRun=true' });
    expect(answer).toMatchObject({ status: 503, type: 'unavailable' });
    const sentinel = await scene.post(newLead());
    await watch.arrived(String(sentinel.body.messageId));
    expect(watch.seen.filter(({ message }) => message.submissionId === request.submissionId)).toEqual([]);
  });
});
