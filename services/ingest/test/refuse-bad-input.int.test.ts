import { setTimeout as sleep } from 'node:timers/promises';
import { provisionTopics } from '@chappe/kafka';
import { type Defect, testKafka } from '@chappe/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newLead } from './example-requests.ts';
import { type Answer, type Scene, startScene } from './start-scene.ts';
import { type LaneWatch, watchLanes } from './watch-lanes.ts';

let scene: Scene;
let watch: LaneWatch;
const refused: string[] = [];

beforeAll(async () => {
  const kafka = await testKafka({ provision: provisionTopics });
  const env = { RATE_LIMIT_PER_SECOND: '1', RATE_LIMIT_BURST: '60' };
  scene = await startScene({ admin: kafka.admin, environment: kafka.environment('ingest') }, { env });
  watch = await watchLanes(kafka.settings('archive'));
});

afterAll(async () => {
  await watch.stop();
  await scene.stop();
});

function expectRefusal(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, type: answer.type }).toEqual({ status, type: code });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.tookMs).toBeLessThan(1_000);
}

/** A valid lead as text, in which something is put out of order. */
function leadText(change: (text: string) => string): string {
  const lead = newLead();
  refused.push(lead.submissionId);
  return change(JSON.stringify(lead));
}
const inText = (raw: string): string => leadText((text) => text.replace('A dhow', raw));

describe('each bad body has its own problem, within a second', () => {
  it.each<[string, () => string | Uint8Array, number, string]>([
    ['an unknown field', () => leadText((text) => text.replace('{', '{"colour":1,')), 400, 'unknown-field'],
    [
      'a wrong type',
      () => leadText((text) => text.replace('"A dhow left at dawn."', '7')),
      400,
      'wrong-type',
    ],
    ['a missing field', () => leadText((text) => text.replace('"text":', '"title":')), 400, 'missing-field'],
    ['a wrong code', () => leadText((text) => text.replace('ROUTINE', 'SOON')), 400, 'invalid-value'],
    [
      "the server's messageId",
      () => leadText((text) => text.replace('{', '{"messageId":"x",')),
      400,
      'server-field',
    ],
    [
      "the server's sender",
      () => leadText((text) => text.replace('{', '{"sender":{"correspondent":"post:CI"},')),
      400,
      'server-field',
    ],
    [
      "the server's thread",
      () => leadText((text) => text.replace('{', '{"threadId":"019df000-0000-8000-8000-00000000000a",')),
      400,
      'server-field',
    ],
    ['bad UTF-8', () => Buffer.from(inText('\u00ff'), 'latin1'), 400, 'invalid-utf8'],
    ['NUL', () => inText('\\u0000'), 400, 'nul-character'],
    ['half a surrogate pair', () => inText('\\ud83d'), 400, 'lone-surrogate'],
    [
      'an integer beyond 2^53',
      () => leadText((text) => text.replace('{', '{"senderSeq":9007199254740993,')),
      400,
      'number-out-of-range',
    ],
    ['ten megabytes', () => inText('x'.repeat(10 * 1024 * 1024)), 413, 'body-too-large'],
    [
      '10,000 levels',
      () => leadText((text) => text.replace('{', `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)},`)),
      400,
      'nesting-too-deep',
    ],
    ['a million nulls', () => `[${'null,'.repeat(999_999)}null]`, 413, 'body-too-large'],
    ['as many nulls as fit', () => `[${'null,'.repeat(100_000)}null]`, 400, 'too-many-values'],
    [
      '__proto__',
      () => leadText((text) => text.replace('{', '{"__proto__":{"status":"TEST"},')),
      400,
      'forbidden-name',
    ],
    ['a name twice', () => leadText((text) => text.replace('{', '{"kind":"LEAD",')), 400, 'duplicate-name'],
    ['an empty body', () => '', 400, 'empty-body'],
    ['half a body', () => leadText((text) => text.slice(0, -5)), 400, 'malformed-json'],
    [
      'no submissionId',
      () => JSON.stringify({ ...newLead(), submissionId: undefined }),
      400,
      'submission-id-missing',
    ],
    [
      'a correspondent that does not exist',
      () => leadText((text) => text.replace('{', '{"recipients":{"action":[{"correspondent":"post:XX"}]},')),
      400,
      'unknown-correspondent',
    ],
    [
      'a partner without a releaser',
      () =>
        leadText((text) =>
          text.replace('{', '{"recipients":{"action":[{"correspondent":"partner:example-agency"}]},'),
        ),
      403,
      'release-required',
    ],
    [
      'a classification above the ceiling',
      () => leadText((text) => text.replace('{', '{"classification":"SECRET",')),
      422,
      'above-ceiling',
    ],
    [
      'a test message from an officer',
      () => leadText((text) => text.replace('ACTUAL', 'TEST')),
      403,
      'forbidden',
    ],
  ])('%s', async (_what, body, status, code) => {
    expectRefusal(await scene.post(body()), status, code);
  });

  it('a million nulls where batches are taken', async () => {
    const answer = await scene.post(`{"messages":[${'null,'.repeat(999_999)}null]}`, {
      path: '/v1/messages/batch',
    });
    expectRefusal(answer, 400, 'too-many-values');
  });

  it('a release that is missing says in the caller’s language whose, by which rule, for whom and why', async () => {
    const body = leadText((text) =>
      text.replace('{', '{"recipients":{"action":[{"correspondent":"partner:example-agency"}]},'),
    );
    const answers = await Promise.all(
      ['fr', 'en'].map((language) => scene.post(body, { headers: { 'accept-language': language } })),
    );
    const [french, english] = answers.map((answer) => {
      expectRefusal(answer, 403, 'release-required');
      const [finding] = answer.body.errors as [{ pointer: string; detail: string; facts: object }];
      expect(finding).toMatchObject({
        pointer: '/recipients/action/0/correspondent',
        facts: { rules: ['outside-the-network'], destinations: ['partner:example-agency'] },
      });
      expect(String(answer.body.detail)).toContain(finding.detail.replace(/\.$/, ''));
      return finding.detail;
    });
    expect(french).toContain('demande la validation d’un supérieur (releaser ou ');
    expect(english).toContain('needs the release of a superior (releaser or ');
  });

  it('another media type', async () => {
    const answer = await scene.post('a=1', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expectRefusal(answer, 415, 'unsupported-media-type');
  });

  it('an Idempotency-Key that is not the submission', async () => {
    const lead = newLead();
    refused.push(lead.submissionId);
    const answer = await scene.post(lead, { headers: { 'idempotency-key': `"${newLead().submissionId}"` } });
    expectRefusal(answer, 400, 'idempotency-key-mismatch');
  });
});

describe('each bad credential has its own problem', () => {
  it.each<[Defect, string]>([
    ['expired', 'token-expired'],
    ['wrong-audience', 'token-audience'],
    ['wrong-issuer', 'token-issuer'],
    ['id-token', 'token-not-access-token'],
    ['no-type', 'token-not-access-token'],
    ['algorithm-none', 'token-algorithm'],
    ['hmac-with-public-key', 'token-algorithm'],
    ['tampered', 'token-signature'],
    ['unknown-key', 'token-signature'],
    ['same-key-id-other-key', 'token-signature'],
    ['no-subject', 'token-invalid'],
    ['no-client-id', 'token-invalid'],
    ['no-expiry', 'token-invalid'],
    ['not-yet-valid', 'token-invalid'],
    ['critical-extension', 'token-invalid'],
  ])('%s', async (defect, code) => {
    const lead = newLead();
    refused.push(lead.submissionId);
    const token = await scene.issuer.mintBad(defect, { subject: 'demo-officer-post-DJ' });
    const answer = await scene.post(lead, { token });
    expectRefusal(answer, 401, code);
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
  });

  it('none at all', async () => {
    const answer = await scene.post(newLead(), { token: null });
    expectRefusal(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="chappe"');
  });

  it.each<[string, { subject: string }, Record<string, string>, string]>([
    ['somebody unknown', { subject: 'nobody' }, {}, 'unknown-holder'],
    [
      'a sender without a grant',
      { subject: 'demo-officer-post-DJ' },
      { 'chappe-acting-as': 'post:CI' },
      'no-grant',
    ],
    ['an operator', { subject: 'demo-operator' }, {}, 'forbidden'],
  ])('%s', async (_who, as, headers, code) => {
    const lead = newLead();
    refused.push(lead.submissionId);
    expectRefusal(await scene.post(lead, { as, headers }), 403, code);
  });
});

describe('a correspondent that sends too fast', () => {
  it('is held back, except for a flash, and others are not', async () => {
    const flood = Array.from({ length: 150 }, () => newLead());
    const answers = await Promise.all(flood.map((lead) => scene.post(lead)));
    const limited = answers.filter(({ status }) => status === 429);
    expect(limited.length).toBeGreaterThan(50);
    expect(answers.filter(({ status }) => status !== 202 && status !== 429)).toEqual([]);
    expect(Number(limited[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const batch = Array.from({ length: 100 }, () => newLead());
    expect((await scene.post({ messages: batch }, { path: '/v1/messages/batch' })).status).toBe(429);
    const flash = newLead({
      urgency: 'FLASH',
      urgencyGround: 'THREAT_TO_LIFE',
      places: [{ country: 'DJ' }],
      body: { text: 'Now.', callback: '+253 00 00 00 00' },
    });
    expect((await scene.post(flash)).status).toBe(202);
    expect((await scene.post(newLead(), { as: { subject: 'demo-officer-post-CI' } })).status).toBe(202);
  });
});

describe('after all of this', () => {
  it('nothing that was refused stands in a lane', async () => {
    const sentinel = await scene.post(newLead(), { as: { subject: 'demo-officer-post-SN' } });
    await watch.arrived(String(sentinel.body.messageId));
    await sleep(300);
    expect(refused.length).toBeGreaterThan(30);
    const written = new Set(watch.seen.map(({ message }) => message.submissionId));
    expect(refused.filter((submissionId) => written.has(submissionId))).toEqual([]);
  });
});
