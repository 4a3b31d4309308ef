import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { inventedLead } from './harness/invented-lead.ts';
import { readWholeInbox } from './harness/read-whole-inbox.ts';

/** Bad input through the public origin: each its own problem, within a second, and nothing written. */
let system: ExerciseStack;
let lead: Record<string, unknown>;
let good: string;
beforeAll(async () => {
  system = await startExerciseStack();
  lead = await inventedLead();
  good = JSON.stringify(lead);
});
afterAll(() => system?.stop());

const changed = (change: Record<string, unknown>): string => JSON.stringify({ ...lead, ...change });
const spliced = (bytes: Buffer): Buffer => {
  const at = good.indexOf('"text":"') + '"text":"'.length;
  return Buffer.concat([Buffer.from(good.slice(0, at)), bytes, Buffer.from(good.slice(at))]);
};
const without = (field: string): string => {
  const { [field]: _, ...rest } = lead;
  return JSON.stringify(rest);
};

const cases: [what: string, problem: string, status: number, body: () => string | Buffer][] = [
  ['an unknown field', 'unknown-field', 400, () => changed({ colour: 'red' })],
  ['a wrong type', 'wrong-type', 400, () => changed({ crimeAreas: 'TERRORISM' })],
  ['a missing field', 'missing-field', 400, () => without('kind')],
  ['a wrong code', 'invalid-value', 400, () => changed({ urgency: 'SOON' })],
  [
    'a field that only the server sets',
    'server-field',
    400,
    () => changed({ receivedAt: '2026-01-01T00:00:00Z' }),
  ],
  ['bad UTF-8', 'invalid-utf8', 400, () => spliced(Buffer.from([0xc3, 0x28]))],
  ['a NUL', 'nul-character', 400, () => spliced(Buffer.from('\\u0000'))],
  ['a lone surrogate', 'lone-surrogate', 400, () => spliced(Buffer.from('\\ud800'))],
  [
    'an integer beyond 2^53',
    'number-out-of-range',
    400,
    () => good.replace('{', '{"senderSeq":9007199254740993,'),
  ],
  ['10 MB', 'body-too-large', 413, () => changed({ keywords: ['x'.repeat(10_000_000)] })],
  ['10,000 levels', 'nesting-too-deep', 400, () => `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ['many nulls', 'too-many-values', 400, () => `{"keywords":[${'null,'.repeat(99_999)}null]}`],
  ['__proto__', 'forbidden-name', 400, () => good.replace('{', '{"__proto__":{"polluted":true},')],
  ['an empty body', 'empty-body', 400, () => ''],
  ['text that is no JSON', 'malformed-json', 400, () => 'STOP HAVE SEEN'],
  ['no submission id', 'submission-id-missing', 400, () => without('submissionId')],
];

describe('bad input', () => {
  it.each(cases)('%s is %s', async (_, problem, status, body) => {
    const answer = await post(body(), { authorization: `Bearer ${await system.tokenOf('post:DJ')}` });
    expect(answer).toMatchObject({ status, json: { type: `urn:chappe:problem:${problem}` } });
    expect(answer.durationMs).toBeLessThan(1_000);
  });

  it('a million nulls are refused as too large or too many, at every attempt', async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const answer = await post(`{"keywords":[${'null,'.repeat(999_999)}null]}`, {
        authorization: `Bearer ${await system.tokenOf('post:DJ')}`,
      });
      expect([400, 413]).toContain(answer.status);
      expect(answer.durationMs).toBeLessThan(1_000);
    }
  });
});

describe('bad credentials', () => {
  it.each([
    ['none', {}, 'unauthenticated', 401],
    ['no token', { authorization: 'Bearer' }, 'unauthenticated', 401],
    ['no JWT', { authorization: 'Bearer abc' }, 'token-invalid', 401],
    ['alg none', { authorization: `Bearer ${unsigned()}` }, 'token-algorithm', 401],
  ] as const)('%s', async (_, headers, problem, status) => {
    const answer = await post(good, headers);
    expect(answer).toMatchObject({ status, json: { type: `urn:chappe:problem:${problem}` } });
  });

  it('a tampered token', async () => {
    const [header, payload, signature] = (await system.tokenOf('post:DJ')).split('.');
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as Record<string, unknown>;
    const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'demo-officer-post-CI' })).toString(
      'base64url',
    );
    const answer = await post(good, { authorization: `Bearer ${header}.${forged}.${signature}` });
    expect(answer).toMatchObject({ status: 401, json: { type: 'urn:chappe:problem:token-signature' } });
  });

  it('a correspondent that the holder has no grant for', async () => {
    const answer = await post(good, {
      authorization: `Bearer ${await system.tokenOf('post:DJ')}`,
      'chappe-acting-as': 'post:CI',
    });
    expect(answer).toMatchObject({ status: 403, json: { type: 'urn:chappe:problem:no-grant' } });
  });
});

describe('the operations of a service', () => {
  it.each(['router', 'mailbox', 'archive'])(
    '%s answers at the public origin, but no correspondent',
    async (name) => {
      const ask = async (headers: Record<string, string>) => {
        const path = `/v1/operations/${name}/dead-letters`;
        const response = await fetch(new URL(path, system.stack.state.url), { headers });
        return { status: response.status, json: await response.json() };
      };
      expect(await ask({})).toMatchObject({ status: 401 });
      expect(await ask({ authorization: `Bearer ${await system.tokenOf('post:DJ')}` })).toMatchObject({
        status: 403,
        json: { type: 'urn:chappe:problem:forbidden' },
      });
    },
  );
});

describe('after all of it', () => {
  it('nothing was written', async () => {
    expect(await readWholeInbox(system.as('desk:counter-terrorism'))).toEqual([]);
    expect((await system.as('post:DJ').sent()).items).toEqual([]);
  });
});

function unsigned(): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'http://127.0.0.1',
    aud: 'urn:chappe:api',
    sub: 'x',
    client_id: 'y',
    exp: 9e9,
    iat: 1,
  };
  return `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.`;
}

async function post(body: string | Buffer, headers: Record<string, string>) {
  const startedMs = performance.now();
  const response = await fetch(new URL('/v1/messages', system.stack.state.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const json = (await response.json()) as { type?: string };
  return { status: response.status, json, durationMs: performance.now() - startedMs };
}
