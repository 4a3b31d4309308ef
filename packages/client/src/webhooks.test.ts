import { afterEach, describe, expect, it } from 'vitest';
import {
  answer,
  drop,
  problem,
  type ScriptedReply,
  type ScriptedServer,
  startScriptedServer,
} from '../test/scripted-server.ts';
import { type ChappeClient, createClient } from './create-client.ts';

const webhook = {
  webhookId: '00000000-0000-4000-8000-000000000001',
  version: 3,
  url: 'https://hooks.partner.example/in',
  state: 'ACTIVE',
  registeredBy: { kind: 'SYSTEM', id: 'system-post-CI', you: true },
};
const secret = { version: 2, value: 'whsec_aW52ZW50ZWQ=' };
const path = `/v1/webhooks/${webhook.webhookId}`;

let server: ScriptedServer | undefined;
afterEach(() => server?.stop());

async function against(script: readonly ScriptedReply[]): Promise<ChappeClient['webhooks']> {
  server = await startScriptedServer(script);
  const retry = { baseDelayMs: 1, maxDelayMs: 5 };
  return createClient({ url: server.url, token: async () => 'a-token', retry }).webhooks;
}

const asked = () => server?.requests.map(({ method, path: at }) => `${method} ${at}`);

describe('webhooks', () => {
  it('are moved by the version that was read, or that the caller read', async () => {
    const webhooks = await against([answer(200, webhook), answer(200, webhook), answer(200, webhook)]);
    await webhooks.move(webhook.webhookId, 'https://new.partner.example/in');
    await webhooks.move(webhook.webhookId, 'https://new.partner.example/in', { version: 2 });
    expect(asked()).toEqual([`GET ${path}`, `PUT ${path}/address`, `PUT ${path}/address`]);
    expect(server?.requests.map(({ headers }) => headers['if-match'])).toEqual([undefined, '"3"', '"2"']);
    expect(server?.requests[1]?.body).toEqual({ url: 'https://new.partner.example/in' });
  });

  it.each([
    [
      'register',
      (webhooks: ChappeClient['webhooks']) => webhooks.register({ url: 'https://x', purpose: 'test' }),
    ],
    ['rotate', (webhooks: ChappeClient['webhooks']) => webhooks.rotate(webhook.webhookId, { overlapS: 60 })],
  ])('never %s twice: a second secret would take the place of the one nobody saw', async (_, act) => {
    for (const reply of [drop, problem(503, 'unavailable')]) {
      const webhooks = await against([reply, answer(201, { webhook, secret, ...secret })]);
      await expect(act(webhooks)).rejects.toMatchObject({ name: 'ChappeUnavailable', attempts: 1 });
      expect(server?.requests).toHaveLength(1);
      await server?.stop();
    }
    const refused = await against([problem(422, 'webhook-target-refused')]);
    await expect(act(refused)).rejects.toMatchObject({ code: 'webhook-target-refused' });
  });

  it('repeat what is safe to repeat', async () => {
    const webhooks = await against([drop, answer(200, webhook), drop, answer(202, { number: 7 })]);
    await webhooks.change(webhook.webhookId, { state: 'PAUSED' });
    await webhooks.resend(webhook.webhookId, 7);
    expect(asked()).toEqual([
      `PATCH ${path}`,
      `PATCH ${path}`,
      `POST ${path}/deliveries/7/resend`,
      `POST ${path}/deliveries/7/resend`,
    ]);
  });

  it('are removed, which is answered by nothing', async () => {
    const webhooks = await against([(response) => response.writeHead(204).end()]);
    expect(await webhooks.remove(webhook.webhookId)).toBeUndefined();
  });

  it('are not taken from a server that is no Chappe', async () => {
    const webhooks = await against([answer(200, { items: [{ webhookId: 1 }] }), answer(200, {})]);
    await expect(webhooks.list()).rejects.toThrow('not a list');
    await expect(webhooks.test(webhook.webhookId)).rejects.toThrow('not what came of a request');
  });
});
