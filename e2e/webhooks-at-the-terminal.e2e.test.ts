import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { typeAndWait } from './harness/type-command.ts';
import { waitUntil } from './harness/wait-until.ts';

/** A receiver as somebody writes it in an afternoon: it verifies, answers the challenge, and keeps what it is told. */
interface Receiver {
  readonly url: string;
  readonly told: { readonly type: string; readonly data: Readonly<Record<string, unknown>> }[];
  secrets: string[];
  status: number;
  readonly server: Server;
}

const entry = fileURLToPath(new URL('../packages/client/src/cli/main.ts', import.meta.url));
const post = 'post:CI';
let system: ExerciseStack;
let folder: string;
const receivers: Receiver[] = [];

beforeAll(async () => {
  system = await startExerciseStack({ serviceEnv: { mailbox: { DEADLINE_SWEEP_MS: '200' } } });
  folder = await mkdtemp(join(tmpdir(), 'chappe-webhooks-'));
});

afterAll(async () => {
  for (const { server } of receivers) server.closeAllConnections();
  await Promise.all(receivers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  await system?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': given = '' } = request.headers;
    const signatures = receiver.secrets.map(
      (secret) =>
        `v1,${createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
          .update(`${id}.${at}.${body}`)
          .digest('base64')}`,
    );
    if (
      !String(given)
        .split(' ')
        .some((each) => signatures.includes(each))
    ) {
      response.writeHead(401).end();
      return;
    }
    const word = JSON.parse(body) as Receiver['told'][number];
    if (receiver.status !== 200) {
      response.writeHead(receiver.status).end();
      return;
    }
    receiver.told.push(word);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(word.type === 'webhook.challenge' ? JSON.stringify({ challenge: word.data.challenge }) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/in/a-path-that-nobody-else-knows`,
    told: [],
    secrets: [],
    status: 200,
    server,
  };
  receivers.push(receiver);
  return receiver;
}

/** Types a line of `chappe` for the post's own system, and says what it wrote. */
async function chappe(line: string, expected = 0): Promise<string> {
  const shell = `cd '${folder}' && '${process.execPath}' '${entry}' ${line} --as ${post} --client`;
  const { end, output } = await typeAndWait(shell, { CHAPPE_STACK: system.stack.dataDir });
  expect([line, end, output]).toEqual([line, expected, expect.any(String)]);
  return output;
}

/** Sends an invented lead to the post, and gives its reference. */
async function send(): Promise<string> {
  const result = await system.as('post:DJ').publish({
    kind: 'LEAD',
    status: 'EXERCISE',
    exerciseId: 'EX-SEMAPHORE-2026',
    urgency: 'ROUTINE',
    crimeAreas: ['OTHER'],
    recipients: { action: [{ correspondent: post }] },
    body: { text: 'EXERCISE. An invented lead.' },
  });
  if (result.outcome !== 'accepted') throw new Error(`it was ${result.outcome}`);
  return result.reference;
}

const toldOf = (receiver: Receiver, reference: string) =>
  waitUntil(`told of ${reference}`, async () =>
    receiver.told.find((word) => word.data.reference === reference),
  );
const secretIn = async (name: string) => (await readFile(join(folder, name), 'utf8')).trim();
/** Whoever presses a button twice is asked to wait. */
const calm = () => new Promise((resolve) => setTimeout(resolve, 2_100));

it('a webhook is kept at the terminal from its first secret to its removal, and moves without losing a word', async () => {
  const [before, after] = [await startReceiver(), await startReceiver()];
  const added = await chappe(
    `webhook add ${before.url} --purpose "files leads, invented" --secret-file first.secret`,
  );
  const id = /✓ ([0-9a-f]{8}) registered to 127\.0\.0\.1:\d+/.exec(added)?.[1] ?? '';
  before.secrets = [await secretIn('first.secret')];
  expect(added).not.toContain(before.secrets[0]);
  expect(await chappe(`webhook verify ${id}`)).toContain('has proven itself');

  await toldOf(before, await send());
  expect(await chappe('webhook list')).toMatch(
    new RegExp(`${id} +127\\.0\\.0\\.1:\\d+ +active +0 .*\\(you\\)`),
  );
  expect(await chappe('webhook list')).not.toContain('nobody-else-knows');

  await chappe(`webhook rotate ${id} --overlap 1 --secret-file second.secret`);
  // Who has only the old one, and who has only the new one, both understand.
  await toldOf(before, await send());
  after.secrets = [await secretIn('second.secret')];

  await chappe(`webhook pause ${id}`);
  const waited = await send();
  await waitUntil('it arrived', async () =>
    (await system.as(post).inbox.list({ reference: waited })).items.at(0),
  );
  const strange = await startReceiver();
  await calm();
  expect(await chappe(`webhook move ${id} ${strange.url}`, 3)).toMatch(
    /refused by the target|Target did not/,
  );
  await calm();
  expect(await chappe(`webhook move ${id} ${after.url}`)).toContain('is now at 127.0.0.1');
  expect(await chappe(`webhook resume ${id}`)).toContain('goes on');
  const word = await toldOf(after, waited);
  expect(before.told.map(({ data }) => data.reference)).not.toContain(waited);
  expect(strange.told).toEqual([]);

  const number = Number(word.data.number);
  await waitUntil('recorded', async () =>
    /DELIVERED|taken/.test(await chappe(`webhook history ${id} --state delivered --limit 1`))
      ? true
      : undefined,
  );
  const told = after.told.length;
  expect(await chappe(`webhook resend ${id} ${number}`)).toContain(`is sent ${number} again`);
  await waitUntil('sent again', async () => (after.told.length > told ? true : undefined));
  await calm();
  expect(await chappe(`webhook test ${id} --lang fr`)).toMatch(/✓ 127\.0\.0\.1:\d+: pris \(200\), \d+ ms/);

  // Its receiver wants no more: people read of it in the inbox, in both languages, without the address.
  after.status = 410;
  await send();
  const notice = await waitUntil('the notice of the pause', async () => {
    const { items } = await system.as(post).inbox.list({ kind: 'SERVICE' });
    return items.find(({ message }) => JSON.stringify(message?.body).includes(id));
  });
  expect(notice).toMatchObject({ role: 'ACTION', sender: 'service:system', status: 'ACTUAL' });
  const text = JSON.stringify(notice.message);
  expect(text).toMatch(/mis en pause.*answered 410.*webhook resume/);
  expect(text).not.toContain('nobody-else-knows');
  expect(await chappe('webhook list --lang fr')).toMatch(/en pause \(ne veut plus rien\)/);
  const inbox = await chappe('inbox --kind service');
  expect(inbox).toContain('SERVICE');
  expect((await system.as(post).inbox.list({ kind: 'SERVICE' })).items).toHaveLength(1);

  await chappe(`webhook remove ${id}`);
  expect(await chappe('webhook list')).toContain('No webhook.');
}, 180_000);
