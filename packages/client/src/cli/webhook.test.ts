import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answer, problem, type SeenRequest, startScriptedServer } from '../../test/scripted-server.ts';
import { type TypedOptions, typeChappe } from '../../test/type-chappe.ts';

const webhookId = '5f0c5e9e-0f5b-4c58-9b0e-6b8f6c0f6c11';
const webhook = {
  webhookId,
  version: 3,
  url: 'https://hooks.example.org/in?token=not-for-the-screen',
  purpose: 'files leads, invented',
  signature: 'v1',
  filter: {},
  state: 'ACTIVE',
  stateSince: '2026-11-23T08:30:00.000Z',
  registeredBy: { kind: 'SYSTEM', id: 'system-post-CI', you: true },
  createdAt: '2026-11-23T08:30:00.000Z',
  position: 9,
  pending: 2,
  secrets: [],
};
const paused = {
  ...webhook,
  webhookId: '5f0d5e9e-0f5b-4c58-9b0e-6b8f6c0f6c11',
  state: 'PAUSED',
  pausedBecause: 'FAILING',
  registeredBy: { kind: 'PERSON', id: 'person-x', you: false },
};
const secret = 'whsec_aW52ZW50ZWQgaW52ZW50ZWQgaW52ZW50ZWQ=';
const attempt = {
  attempt: 1,
  at: '2026-11-23T08:30:00.000Z',
  outcome: 'status',
  httpStatus: 500,
  durationMs: 12,
};
const delivery = {
  number: 7,
  webhookMessageId: 'msg_x',
  lane: 'flash',
  state: 'PENDING',
  attemptCount: 1,
  attempts: [attempt],
};

let folder: string;
let seen: readonly SeenRequest[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-webhook-'));
});
afterEach(() => rm(folder, { recursive: true }));

const server = ({ method, path, body }: SeenRequest) => {
  const act = path.replace(`/v1/webhooks/${webhookId}`, ':id');
  switch (`${method} ${act}`) {
    case 'GET /v1/webhooks':
      return answer(200, { items: [webhook, paused] });
    case 'GET :id':
    case 'POST :id/verification':
      return answer(200, webhook);
    case 'PATCH :id':
      return answer(200, { ...webhook, ...(body as object) });
    case 'PUT :id/address':
      return answer(200, { ...webhook, ...(body as object) });
    case 'POST /v1/webhooks':
      return answer(201, {
        webhook: { ...webhook, state: 'UNVERIFIED' },
        secret: { version: 1, value: secret },
      });
    case 'POST :id/rotations':
      return answer(201, { version: 2, value: secret });
    case 'POST :id/test':
      return answer(200, { outcome: 'tls', httpStatus: null, durationMs: 31 });
    case 'GET :id/deliveries':
      return answer(200, { items: [delivery] });
    case 'POST :id/deliveries/7/resend':
      return answer(202, { number: 7 });
    case 'DELETE :id':
      return (response: Parameters<ReturnType<typeof answer>>[0]) => void response.writeHead(204).end();
    default:
      return problem(404, 'not-found');
  }
};

async function type(
  line: string,
  options: TypedOptions = {},
  script: Parameters<typeof startScriptedServer>[0] = server,
) {
  const started = await startScriptedServer(script);
  seen = started.requests;
  const words = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
  const env = { CHAPPE_URL: started.url, CHAPPE_TOKEN: 'a-token' };
  try {
    return await typeChappe(words, { cwd: folder, env, ...options });
  } finally {
    await started.stop();
  }
}

const window = { columns: 140 };

describe('chappe webhook', () => {
  it('lists in words, with the host of the address alone', async () => {
    const { code, out } = await type('webhook list', window);
    expect(code).toBe(0);
    expect(out).toMatch(/5f0c5e9e +hooks\.example\.org +active +2 +— +\(you\)/);
    expect(out).toMatch(/5f0d5e9e .*paused \(takes nothing\).*person-x/);
    expect(out).not.toContain('not-for-the-screen');
    expect((await type('webhook list --lang fr', window)).out).toMatch(/en pause \(ne prend rien\)/);
    expect(JSON.parse((await type('webhook list --json')).out).items).toHaveLength(2);
  });

  it('registers, and shows the secret on a screen once', async () => {
    const { code, out } = await type(
      'webhook add https://hooks.example.org/in --purpose "files leads" --lane flash,urgent --kind lead --role action --since 4',
      window,
    );
    expect(code).toBe(0);
    expect(out.split(secret)).toHaveLength(2);
    expect(out).toContain('chappe webhook verify 5f0c5e9e');
    expect(seen[0]?.body).toEqual({
      url: 'https://hooks.example.org/in',
      purpose: 'files leads',
      filter: { lanes: ['flash', 'urgent'], kinds: ['LEAD'], roles: ['ACTION'] },
      since: 4,
    });
  });

  it.each([
    'webhook add https://x.example --purpose abc',
    `webhook rotate ${webhookId}`,
    `webhook rotate ${webhookId} --json`,
  ])('asks for no secret that would end in a pipe: %s', async (line) => {
    const { code, err } = await type(line);
    expect([code, err]).toEqual([2, expect.stringContaining('--secret-file FILE')]);
    expect(seen.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('writes it into a new file that nobody else reads, and does not show it', async () => {
    const line = `webhook rotate 5f0c --overlap 1.5 --secret-file chappe.secret`;
    const { code, out, err } = await type(line);
    expect([code, out + err]).toEqual([0, expect.not.stringContaining(secret)]);
    const path = join(folder, 'chappe.secret');
    expect(await readFile(path, 'utf8')).toBe(`${secret}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(seen.at(-1)?.body).toEqual({ overlapS: 5_400 });
    // What is there is neither read nor overwritten, and nothing is asked for.
    expect(await type(line)).toMatchObject({ code: 2, err: expect.stringContaining('already there') });
    expect(seen.filter(({ method }) => method === 'POST')).toEqual([]);
    const json = await type('webhook add https://x.example --purpose abc --secret-file other.secret --json');
    expect(JSON.parse(json.out)).toMatchObject({
      webhook: { state: 'UNVERIFIED' },
      secret: { version: 1, secretFile: join(folder, 'other.secret') },
    });
    expect(json.out).not.toContain(secret);
  });

  it('leaves no file behind when nothing was made', async () => {
    const refused = await type('webhook add http://10.0.0.1 --purpose abc --secret-file s --lang fr', {}, [
      answer(422, {
        type: 'urn:chappe:problem:webhook-target-refused',
        title: 'Cible du webhook refusée',
        status: 422,
        errors: [{ pointer: '/url', code: 'webhook-target-refused', detail: 'not-https' }],
      }),
    ]);
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('doit commencer par https') });
    await writeFile(join(folder, 's'), '', { flag: 'wx' });
  });

  it('says what came of a test, and ends as refused where it was not taken', async () => {
    const { code, out } = await type('webhook test 5f0c');
    expect([code, out]).toEqual([
      3,
      expect.stringMatching(/✗ hooks\.example\.org: its certificate .*, 31 ms/),
    ]);
    expect((await type('webhook test 5f0c --lang fr')).out).toContain('certificat');
  });

  it.each([
    ['verify 5f0c', 'has proven itself', 'POST /verification'],
    ['pause 5f0c', 'is paused', 'PATCH '],
    ['resume 5f0c', 'goes on; 2 waited', 'PATCH '],
    ['move 5f0c https://new.example.org/in', 'is now at new.example.org; 2 waited', 'PUT /address'],
    ['resend 5f0c 7', 'is sent 7 again', 'POST /deliveries/7/resend'],
    ['remove 5f0c', 'is gone', 'DELETE '],
  ])('does %s', async (act, words, request) => {
    const { code, out } = await type(`webhook ${act}`);
    expect([code, out]).toEqual([0, expect.stringContaining(words)]);
    const last = seen.at(-1);
    expect(`${last?.method} ${last?.path.replace(`/v1/webhooks/${webhookId}`, '')}`).toBe(request);
    if (act.startsWith('move')) expect(last?.headers['if-match']).toBe('"3"');
  });

  it('says who may do what only the holder may, before anything is asked for', async () => {
    for (const act of [
      'test 5f0d',
      'resume 5f0d',
      'move 5f0d https://x.example',
      'history 5f0d',
      'rotate 5f0d',
    ]) {
      const { code, err } = await type(`webhook ${act}`, window);
      expect([act, code, err]).toEqual([act, 2, expect.stringContaining('person-x registered 5f0d5e9e')]);
      expect(err).toContain('--client');
    }
    expect(seen.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect((await type('webhook pause 5f0d', window)).code).not.toBe(2);
  });

  it('tells why a new address did not prove itself', async () => {
    const script = (request: SeenRequest) =>
      request.method === 'PUT'
        ? answer(422, {
            type: 'urn:chappe:problem:webhook-challenge-failed',
            title: 'Target did not prove itself',
            status: 422,
            detail: 'The target did not prove itself: wrong-answer.',
          })
        : server(request);
    const { code, err } = await type('webhook move 5f0c https://new.example.org/in', {}, script);
    expect([code, err]).toEqual([3, expect.stringContaining('something else than {"challenge": "…"}')]);
  });

  it('shows the history with each outcome in words', async () => {
    const { out } = await type('webhook history 5f0c --state pending --limit 1', window);
    expect(out).toMatch(/7 +flash +waits +1 .*refused by the target \(500\), 12 ms/);
    expect(out).toContain('--before 7');
    expect(Object.fromEntries(seen.at(-1)?.query ?? [])).toEqual({ limit: '1', state: 'PENDING' });
    expect(JSON.parse((await type('webhook history 5f0c --json')).out).items[0]).toMatchObject({ number: 7 });
  });

  it.each([
    ['test 5f', 'several webhooks begin with 5f'],
    ['test 5f0', 'several webhooks begin with 5f0'],
    ['test 0000', 'there is no webhook 0000'],
    ['resend 5f0c seven', 'not a number of the inbox'],
    ['rotate 5f0c --overlap 169', '168 at most'],
  ])('refuses %s', async (act, words) => {
    expect(await type(`webhook ${act}`, window)).toMatchObject({
      code: 2,
      err: expect.stringContaining(words),
    });
  });
});
