import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { createMailPager } from '../src/adapters/page-by-mail.ts';
import { createWebhookPager } from '../src/adapters/page-by-webhook.ts';
import type { Page } from '../src/domain/compose-reminder.ts';
import { localhostCertificate, localhostKey } from './localhost-certificate.ts';

const page: Page = {
  reference: 'DJ-26-K7M2P4X-9',
  kind: 'ACKNOWLEDGE',
  urgency: 'FLASH',
  status: 'EXERCISE',
  positions: ['permanent de nuit'],
};
const errandId = '00000000-0000-8000-8000-000000000001';
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly source: string;
}

/** A real SMTP server on loopback that wants TLS and a password. */
async function startMailServer(secure: boolean, options: { withoutTls?: boolean } = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    secure,
    key: localhostKey,
    cert: localhostCertificate,
    disabledCommands: options.withoutTls === true ? ['STARTTLS'] : [],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      password === 'invented' ? done(null, { user: username }) : done(new Error('no')),
    onData(stream, session, done) {
      void text(stream).then((source) => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map((each) => each.address),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : undefined,
          source,
        });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { mails, port };
}

const mailPager = (url: string, ca: string | undefined = localhostCertificate) =>
  createMailPager({
    url,
    from: 'chappe@example.org',
    to: ['watch@example.org', 'reserve@example.org'],
    timeoutMs: 1_000,
    ...(ca === undefined ? {} : { ca }),
  });

describe('a page by mail', () => {
  test.each([
    ['smtps', true],
    ['smtp', false],
  ] as const)(
    'over %s is encrypted, and holds reference, kind, urgency and position',
    async (scheme, secure) => {
      const { mails, port } = await startMailServer(secure);
      const run = mailPager(`${scheme}://pager:invented@127.0.0.1:${port}`);
      expect(await run({ ...page, text: 'content that does not belong here' }, errandId)).toEqual({
        status: 'done',
      });
      expect(mails).toMatchObject([
        {
          from: 'chappe@example.org',
          to: ['watch@example.org', 'reserve@example.org'],
          secure: true,
          user: 'pager',
        },
      ]);
      const source = mails[0]?.source ?? '';
      expect(source).toContain('DJ-26-K7M2P4X-9');
      expect(source).toContain('permanent de nuit');
      expect(source).toContain(`Message-ID: <${errandId}@chappe.invalid>`);
      expect(source).toMatch(/^Subject: EXERCICE/m);
      expect(source).not.toContain('does not belong');
    },
  );

  test('is not sent to a server that offers no encryption, or whose certificate nobody vouches for', async () => {
    const plain = await startMailServer(false, { withoutTls: true });
    await expect(
      mailPager(`smtp://pager:invented@127.0.0.1:${plain.port}`)(page, errandId),
    ).rejects.toMatchObject({ code: 'ETLS' });
    const foreign = createMailPager({
      url: `smtps://pager:invented@127.0.0.1:${(await startMailServer(true)).port}`,
      from: 'chappe@example.org',
      to: ['watch@example.org'],
      timeoutMs: 1_000,
    });
    await expect(foreign(page, errandId)).rejects.toThrow();
    expect(plain.mails).toEqual([]);
  });

  test('gives up an attempt at a server that says nothing, or refuses the password', async () => {
    const mute = createTcpServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => mute.close(() => resolve())));
    const startedMs = performance.now();
    const { port } = mute.address() as AddressInfo;
    await expect(mailPager(`smtp://127.0.0.1:${port}`)(page, errandId)).rejects.toThrow();
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    const { port: strict } = await startMailServer(true);
    await expect(mailPager(`smtps://pager:wrong@127.0.0.1:${strict}`)(page, errandId)).rejects.toMatchObject({
      code: 'EAUTH',
    });
  });
});

describe('a page by webhook', () => {
  const secretBytes = Buffer.alloc(32, 7);
  const secret = `whsec_${secretBytes.toString('base64')}`;

  async function startReceiver(status: number, location?: string) {
    const received: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ headers: request.headers, body });
        response.writeHead(status, location === undefined ? {} : { location }).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(() => resolve())));
    return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/page` };
  }
  const pager = (url: string) =>
    createWebhookPager({ url, secret, timeoutMs: 1_000, nowMs: () => 1_700_000_000_000 });

  test('is signed after Standard Webhooks and holds the page alone', async () => {
    const { received, url } = await startReceiver(204);
    expect(await pager(url)({ ...page, text: 'content' }, errandId)).toEqual({ status: 'done' });
    const { headers, body } = received[0] ?? { headers: {}, body: '' };
    expect(JSON.parse(body)).toEqual({ type: 'page', timestamp: '2023-11-14T22:13:20.000Z', data: page });
    const expected = createHmac('sha256', secretBytes)
      .update(`${errandId}.1700000000.${body}`)
      .digest('base64');
    expect(headers['webhook-id']).toBe(errandId);
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  test('that is refused is to be tried again; a redirect is not followed', async () => {
    const away = await startReceiver(503);
    expect(await pager(away.url)(page, errandId)).toEqual({ status: 'again', code: 'http-503' });
    const elsewhere = await startReceiver(204);
    const moved = await startReceiver(307, elsewhere.url);
    await expect(pager(moved.url)(page, errandId)).rejects.toThrow();
    expect(elsewhere.received).toEqual([]);
  });
});
