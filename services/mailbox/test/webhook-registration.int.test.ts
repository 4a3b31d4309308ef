import { createServer } from 'node:net';
import { decode } from '@chappe/schemas';
import type { RunningService } from '@chappe/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { delivery } from '../src/domain/delivery.fixture.ts';
import { createHarness, eventually, type Harness } from './mailbox-harness.ts';
import { type WebhookClient, webhookClient, webhookSettings } from './webhook-client.ts';
import { startReceiver, type WebhookReceiver } from './webhook-receiver.ts';

let harness: Harness;
let service: RunningService;
let holder: WebhookClient;
let receiver: WebhookReceiver;
let published = 0;
/** What a name resolves to, as an attacker's name server would change it between two questions. */
let resolved: readonly string[] = [];

beforeAll(async () => {
  harness = await createHarness();
  receiver = await startReceiver();
  service = await harness.start(
    { ...webhookSettings, WEBHOOK_MAX_PER_CORRESPONDENT: '3' },
    { resolveWebhookHost: async () => resolved },
  );
  holder = webhookClient(harness, service);
});

afterEach(async () => {
  receiver.manners = 'takes';
  receiver.secrets = [];
  receiver.taken.length = 0;
  await harness.pool.query('DELETE FROM webhook');
});

afterAll(async () => {
  await receiver?.stop();
  await harness?.close();
});

async function deliver(to = 'post:CI'): Promise<void> {
  published += 1;
  await harness.deliver([delivery({ number: published, to })]);
}

const calm = () => harness.pool.query(`UPDATE webhook SET probed_at = '-infinity'`);
const absentId = '00000000-0000-4000-8000-000000000000';

test('a target proves itself before anything is sent to it; its secret is shown once and sealed', async () => {
  const created = await holder.call('POST', '', {
    url: receiver.url,
    purpose: 'invented',
    filter: { lanes: ['flash'] },
  });
  expect(created.status).toBe(201);
  const { webhook, secret } = created.body;
  expect(webhook).toMatchObject({
    state: 'UNVERIFIED',
    url: receiver.url,
    filter: { lanes: ['flash'] },
    registeredBy: { kind: 'SYSTEM', id: 'system-post-CI', you: true },
  });
  expect(secret.value).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  for (const path of ['', `/${webhook.webhookId}`]) {
    expect(JSON.stringify((await holder.call('GET', path)).body)).not.toContain(secret.value.slice(6));
  }
  const { rows } = await harness.pool.query<{ sealed: Buffer }>('SELECT sealed FROM webhook_secret');
  expect(rows).toHaveLength(1);
  expect(rows[0]?.sealed.includes(Buffer.from(secret.value.slice(6), 'base64'))).toBe(false);
  expect((await holder.call('POST', `/${webhook.webhookId}/test`)).status).toBe(409);
  expect((await holder.call('PATCH', `/${webhook.webhookId}`, { state: 'ACTIVE' })).status).toBe(409);

  // It does not know the secret yet: it refuses the challenge, as a target would that nobody asked.
  const stranger = await holder.call('POST', `/${webhook.webhookId}/verification`);
  expect(stranger).toMatchObject({
    status: 422,
    body: { type: 'urn:chappe:problem:webhook-challenge-failed' },
  });
  receiver.secrets = [secret.value];
  for (const manners of ['echoes', 'wrong-challenge', 'redirects', 'status-500', 'endless-body'] as const) {
    receiver.manners = manners;
    await calm();
    const startedMs = performance.now();
    const refused = await holder.call('POST', `/${webhook.webhookId}/verification`);
    expect([manners, refused.status]).toEqual([manners, 422]);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  }
  expect(receiver.strayRequests()).toBe(0);
  expect((await holder.show(webhook.webhookId)).state).toBe('UNVERIFIED');
  receiver.manners = 'takes';
  // Two questions at once would make a flood of a button.
  expect((await holder.call('POST', `/${webhook.webhookId}/verification`)).status).toBe(429);
  await calm();
  const proven = await holder.call('POST', `/${webhook.webhookId}/verification`);
  expect(proven).toMatchObject({ status: 200, body: { state: 'ACTIVE' } });
});

test('a session is audited with its standing purpose before it begins, and again when it is resumed', async () => {
  const webhookId = await holder.register(receiver, { purpose: 'files what concerns Abidjan, invented' });
  await holder.call('PATCH', `/${webhookId}`, { state: 'PAUSED' });
  await holder.call('PATCH', `/${webhookId}`, { state: 'ACTIVE' });
  const entries = (await harness.read('audit.v1', 2))
    .map((record) => decode('AuditEntry', record.value))
    .flatMap((decoded) => (decoded.status === 'decoded' ? [decoded.value] : []))
    .filter((entry) => entry.resourceIds.includes(webhookId));
  expect(entries).toHaveLength(2);
  for (const entry of entries) {
    expect(entry).toMatchObject({
      action: 'webhook.manage',
      resourceKind: 'webhook',
      subject: 'system-post-CI',
      correspondent: 'post:CI',
      reason: 'files what concerns Abidjan, invented',
    });
  }
});

test('a correspondent has so many webhooks and no more', async () => {
  const all = await Promise.all(
    Array.from({ length: 5 }, () => holder.call('POST', '', { url: receiver.url, purpose: 'invented' })),
  );
  expect(all.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409]);
  const [first] = all.filter(({ status }) => status === 201);
  expect((await holder.call('DELETE', `/${first?.body.webhook.webhookId}`)).status).toBe(204);
  expect((await holder.call('POST', '', { url: receiver.url, purpose: 'invented' })).status).toBe(201);
  const elsewhere = webhookClient(harness, service, 'demo-post-SN');
  expect((await elsewhere.call('POST', '', { url: receiver.url, purpose: 'invented' })).status).toBe(201);
});

test('what belongs to others, what is absent and what is no id are answered alike, by every route', async () => {
  const webhookId = await holder.register(receiver);
  await deliver();
  await eventually('it was told', async () => receiver.numbers().length > 0);
  const number = receiver.numbers()[0];
  const foreign = webhookClient(harness, service, 'demo-post-SN');
  const routes = [
    ['GET', ''],
    ['PATCH', '', { state: 'PAUSED' }],
    ['DELETE', ''],
    ['POST', '/verification'],
    ['POST', '/rotations', { overlapS: 60 }],
    ['POST', '/test'],
    ['PUT', '/address', { url: receiver.url }],
    ['GET', '/deliveries'],
    ['POST', `/deliveries/${number}/resend`],
  ] as const;
  const traceless = ({ status, body }: { status: number; body: unknown }) => ({
    status,
    body: { ...(body as object), traceId: '' },
  });
  for (const [method, path, body] of routes) {
    const answers = await Promise.all(
      [webhookId, absentId, 'no-id', `${webhookId}'--`].map((id) =>
        foreign.call(method, `/${id}${path}`, body).then(traceless),
      ),
    );
    expect(answers[0]?.status).toBe(404);
    for (const answer of answers) expect([method, path, answer]).toEqual([method, path, answers[0]]);
  }
  expect((await foreign.call('GET', '')).body.items).toEqual([]);
  expect(await holder.show(webhookId)).toMatchObject({ state: 'ACTIVE' });
  expect((await holder.call('POST', `/${webhookId}/deliveries/999999/resend`)).status).toBe(404);
});

test('a colleague sees a webhook and may stop it, and gets neither its secrets nor what it was told', async () => {
  const webhookId = await holder.register(receiver);
  const colleague = webhookClient(harness, service, 'person:demo-officer-post-CI');
  expect(await colleague.show(webhookId)).toMatchObject({ registeredBy: { you: false } });
  for (const [method, path, body] of [
    ['POST', '/rotations', { overlapS: 60 }],
    ['POST', '/test', undefined],
    ['POST', '/verification', undefined],
    ['PUT', '/address', { url: receiver.url }],
    ['GET', '/deliveries', undefined],
    ['PATCH', '', { filter: {} }],
    ['PATCH', '', { state: 'ACTIVE' }],
  ] as const) {
    expect((await colleague.call(method, `/${webhookId}${path}`, body)).status).toBe(403);
  }
  expect((await colleague.call('PATCH', `/${webhookId}`, { state: 'PAUSED' })).body).toMatchObject({
    state: 'PAUSED',
    pausedBecause: 'OWNER',
  });
  expect((await colleague.call('DELETE', `/${webhookId}`)).status).toBe(204);
});

describe('a hostile target', () => {
  /** Each with what its name resolves to, when it has one; the same table is refused at registration and again. */
  const hostile: readonly (readonly [url: string, code: string, addresses?: readonly string[]])[] = [
    ['http://hooks.partner.example:{port}/hook', 'not-https', ['127.0.0.1']],
    ['https://user:pass@hooks.partner.example/', 'userinfo', ['93.184.216.34']],
    ['https://127.1:{port}/hook', 'host-form'],
    ['http://0x7f000001:{port}/hook', 'host-form'],
    ['http://2130706433:{port}/hook', 'host-form'],
    ['http://0177.0.0.1:{port}/hook', 'host-form'],
    ['http://127.0.0.1.:{port}/hook', 'host-form'],
    ['http://[::ffff:7f00:1]:{port}/hook', 'not-https'],
    ['https://[::ffff:7f00:1]:{port}/hook', 'address'],
    ['https://[::7f00:1]:{port}/hook', 'address'],
    ['https://[64:ff9b::7f00:1]:{port}/hook', 'address'],
    ['https://[2002:7f00:1::]:{port}/hook', 'address'],
    ['https://[::1]:{port}/hook', 'address'],
    ['https://[fe80::1]:{port}/hook', 'address'],
    ['https://127.0.0.2:{port}/hook', 'address'],
    ['https://0.0.0.0:{port}/hook', 'address'],
    ['https://10.0.0.1/', 'address'],
    ['https://100.64.0.1/', 'address'],
    ['https://169.254.169.254/latest/meta-data/', 'address'],
    ['https://224.0.0.1/', 'address'],
    ['https://hooks.partner.example:25/', 'port', ['93.184.216.34']],
    ['https://metadata.partner.example/', 'address', ['169.254.169.254']],
    ['https://mixed.partner.example/', 'address', ['93.184.216.34', '192.168.0.1']],
    ['https://mapped.partner.example/', 'address', ['::ffff:10.0.0.1']],
    ['https://nowhere.partner.example/', 'address', []],
  ];

  test('is refused at registration and again at the connection, and never reached', async () => {
    const webhookId = await holder.register(receiver);
    const requestsBefore = receiver.requests();
    let connections = 0;
    const bystander = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => bystander.listen(0, '127.0.0.1', resolve));
    const address = bystander.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const [template, code, addresses = []] of hostile) {
      resolved = addresses;
      const url = template.replace('{port}', String(port));
      const refused = await holder.call('POST', '', { url, purpose: 'invented' });
      expect([url, refused.status, refused.body.errors?.[0]?.detail]).toEqual([url, 422, code]);
      const unmoved = await holder.move(webhookId, url);
      expect([url, unmoved.status, unmoved.body.errors?.[0]?.detail]).toEqual([url, 422, code]);
      await harness.pool.query(`UPDATE webhook SET url = $2, probed_at = '-infinity' WHERE webhook_id = $1`, [
        webhookId,
        url,
      ]);
      const tested = await holder.call('POST', `/${webhookId}/test`);
      expect([url, tested.body.outcome]).toEqual([url, code]);
    }
    await new Promise((resolve) => bystander.close(resolve));
    expect(connections).toBe(0);
    expect(receiver.requests()).toBe(requestsBefore);
    expect((await holder.call('GET', '')).body.items).toHaveLength(1);
  }, 60_000);

  test('that passes at registration and is rebound afterwards is not reached', async () => {
    resolved = ['93.184.216.34'];
    const url = `https://hooks.partner.example:${receiver.port}/hook`;
    const created = await holder.call('POST', '', { url, purpose: 'invented' });
    expect(created.status).toBe(201);
    const requestsBefore = receiver.requests();
    for (const rebound of [['127.0.0.2'], ['93.184.216.34', '10.0.0.1'], ['::1']]) {
      resolved = rebound;
      await calm();
      const asked = await holder.call('POST', `/${created.body.webhook.webhookId}/verification`);
      expect(asked.status).toBe(422);
      expect(asked.body.detail).toContain('address');
    }
    expect(receiver.requests()).toBe(requestsBefore);
  });

  test('that speaks no TLS, or shows a certificate of somebody else, gets nothing', async () => {
    resolved = ['127.0.0.1'];
    const url = `https://hooks.partner.example:${receiver.port}/hook`;
    const created = await holder.call('POST', '', { url, purpose: 'invented' });
    const requestsBefore = receiver.requests();
    const asked = await holder.call('POST', `/${created.body.webhook.webhookId}/verification`);
    expect(asked.body.detail).toMatch(/tls|closed|protocol/);
    expect(receiver.requests()).toBe(requestsBefore);
  });
});

test('what is sent is refused as a whole when it names a field or value that does not exist', async () => {
  const right = { url: receiver.url, purpose: 'invented' };
  for (const wrong of [
    {},
    { ...right, purpose: '' },
    { ...right, colour: 'red' },
    { ...right, filter: { lanes: ['fast'] } },
    { ...right, filter: { lanes: [] } },
    { ...right, filter: { sender: 'post:DJ' } },
    { ...right, signature: 'v2' },
    { ...right, since: -1 },
  ]) {
    expect((await holder.call('POST', '', wrong)).status).toBe(400);
  }
  expect((await holder.call('GET', '')).body.items).toEqual([]);
});

test('an auditor keeps no webhooks', async () => {
  const auditor = webhookClient(harness, service, 'person:demo-auditor');
  expect((await auditor.call('GET', '')).status).toBe(403);
});
