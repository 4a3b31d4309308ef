import { afterEach, describe, expect, it } from 'vitest';
import {
  answer,
  drop,
  dropMidBody,
  hang,
  problem,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
} from '../test/scripted-server.ts';
import { createClient } from './create-client.ts';
import type { MessageRequest } from './message-request.ts';

const accepted = { messageId: 'm-1', reference: 'DJ-26-K7M2P4X-M', status: 'http://x/v1/sent/m-1' };
const lead: MessageRequest = {
  kind: 'LEAD',
  status: 'EXERCISE',
  urgency: 'ROUTINE',
  body: { text: 'a white pick-up' },
};
const uuidV7Form = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let server: ScriptedServer;
afterEach(() => server.stop());

async function publishAgainst(
  script: readonly ScriptedReply[],
  options: { maxAttempts?: number; timeoutMs?: number } = {},
) {
  server = await startScriptedServer(script);
  const client = createClient({
    url: server.url,
    token: async () => 'a-token',
    actingAs: 'post:DJ',
    timeoutMs: options.timeoutMs ?? 5_000,
    retry: { baseDelayMs: 5, maxDelayMs: 1_500, maxAttempts: options.maxAttempts ?? 4 },
  });
  return client.publish(lead);
}

function submissionIds(): unknown[] {
  return server.requests.map(({ body }) => (body as { submissionId: unknown }).submissionId);
}

describe('publish', () => {
  it('sends who acts and the token, and gives back what the 202 promises', async () => {
    const result = await publishAgainst([answer(202, accepted)]);
    expect(result).toEqual({
      outcome: 'accepted',
      ...accepted,
      submissionId: submissionIds()[0],
      attempts: 1,
    });
    expect(submissionIds()[0]).toMatch(uuidV7Form);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/messages',
      headers: { authorization: 'Bearer a-token', 'chappe-acting-as': 'post:DJ' },
    });
  });

  it('repeats under one submission id whatever hides the answer: a cut, half an answer, silence', async () => {
    const result = await publishAgainst([drop, dropMidBody(202, accepted), hang, answer(202, accepted)], {
      timeoutMs: 1_000,
    });
    expect(result).toMatchObject({ outcome: 'accepted', attempts: 4 });
    expect(new Set(submissionIds()).size).toBe(1);
    expect(server.requests).toHaveLength(4);
  });

  it("does not take a proxy's 200 for the promise", async () => {
    const result = await publishAgainst([
      answer(200, { welcome: 'to the hotel wifi' }),
      answer(202, accepted),
    ]);
    expect(result).toMatchObject({ outcome: 'accepted', attempts: 2 });
  });

  it('waits as long as Retry-After asks', async () => {
    const startedAt = performance.now();
    const result = await publishAgainst([
      problem(503, 'unavailable', { 'retry-after': '1' }),
      answer(202, accepted),
    ]);
    expect(result).toMatchObject({ outcome: 'accepted', attempts: 2 });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  it('does not wait longer than its own bound, whatever Retry-After asks', async () => {
    const startedAt = performance.now();
    const result = await publishAgainst([
      problem(503, 'unavailable', { 'retry-after': '86400' }),
      answer(202, accepted),
    ]);
    expect(result).toMatchObject({ outcome: 'accepted', attempts: 2 });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('returns a refusal as a result, at once', async () => {
    const result = await publishAgainst([problem(403, 'release-required')]);
    expect(result).toMatchObject({
      outcome: 'refused',
      attempts: 1,
      problem: { type: 'urn:chappe:problem:release-required', status: 403 },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('never calls a message refused when an earlier attempt went unanswered', async () => {
    const result = await publishAgainst([drop, problem(403, 'forbidden')]);
    expect(result).toMatchObject({ outcome: 'unresolved', attempts: 2, problem: { status: 403 } });
  });

  it('calls it refused when only a rate limit came before', async () => {
    const result = await publishAgainst([problem(429, 'rate-limited'), problem(403, 'forbidden')]);
    expect(result).toMatchObject({ outcome: 'refused', attempts: 2 });
  });

  it('gives up within its bounds and says that the message may exist', async () => {
    const result = await publishAgainst([drop, drop, drop, drop], { maxAttempts: 3 });
    expect(result).toMatchObject({ outcome: 'unresolved', attempts: 3 });
    expect(server.requests).toHaveLength(3);
  });

  it('asks for a new token once when the server refuses the one it has', async () => {
    const tokens: (boolean | undefined)[] = [];
    server = await startScriptedServer([problem(401, 'token-expired'), answer(202, accepted)]);
    const client = createClient({
      url: server.url,
      token: async (options) => `token-${tokens.push(options?.renew)}`,
    });
    expect(await client.publish(lead)).toMatchObject({ outcome: 'accepted', attempts: 1 });
    expect(tokens).toEqual([undefined, true]);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  it('throws what the token provider threw, since nothing was sent', async () => {
    server = await startScriptedServer([]);
    const client = createClient({ url: server.url, token: () => Promise.reject(new Error('card removed')) });
    await expect(client.publish(lead)).rejects.toThrow('card removed');
    expect(server.requests).toHaveLength(0);
  });

  it('stops between attempts when the caller aborts', async () => {
    server = await startScriptedServer(() => problem(503, 'unavailable', { 'retry-after': '30' }));
    const client = createClient({ url: server.url, token: async () => 't' });
    const publishing = client.publish(lead, { signal: AbortSignal.timeout(200) });
    await expect(publishing).rejects.toThrow(/timeout/i);
    expect(server.requests).toHaveLength(1);
  });
});

describe('publishBatch', () => {
  const batch = (...items: unknown[]): ScriptedReply => answer(200, { items });
  const taken = (n: number) => ({
    submissionId: null,
    status: 202,
    accepted: { ...accepted, messageId: `m-${n}` },
  });
  const fault = (status: number) => ({
    submissionId: null,
    status,
    problem: { type: 'urn:chappe:problem:unavailable', title: 'later', status },
  });

  it('repeats only what is still open, and keeps every result at its place', async () => {
    server = await startScriptedServer([batch(taken(0), fault(503), fault(400)), drop, batch(taken(1))]);
    const client = createClient({ url: server.url, token: async () => 't', retry: { baseDelayMs: 5 } });
    const results = await client.publishBatch([lead, lead, lead]);
    expect(results.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
      ['accepted', 1],
      ['accepted', 3],
      ['refused', 1],
    ]);
    const sent = server.requests.map(({ body }) =>
      (body as { messages: { submissionId: string }[] }).messages.map(({ submissionId }) => submissionId),
    );
    expect(sent[1]).toEqual([sent[0]?.[1]]);
    expect(sent[2]).toEqual(sent[1]);
    expect(results[1]).toMatchObject({ messageId: 'm-1', submissionId: sent[0]?.[1] });
  });

  it('leaves what was never answered unresolved, not refused', async () => {
    server = await startScriptedServer([drop, batch(taken(0), fault(403))]);
    const client = createClient({ url: server.url, token: async () => 't', retry: { baseDelayMs: 5 } });
    const results = await client.publishBatch([lead, lead]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['accepted', 'unresolved']);
  });

  it('splits what is more than the server takes', async () => {
    server = await startScriptedServer((request) =>
      batch(...(request.body as { messages: unknown[] }).messages.map((_, index) => taken(index))),
    );
    const client = createClient({ url: server.url, token: async () => 't' });
    const results = await client.publishBatch(Array.from({ length: 501 }, () => lead));
    expect(results).toHaveLength(501);
    expect(server.requests.map(({ body }) => (body as { messages: unknown[] }).messages.length)).toEqual([
      500, 1,
    ]);
  });
});
