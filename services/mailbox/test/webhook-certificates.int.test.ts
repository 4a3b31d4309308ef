import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { testCertificates } from '@chappe/testing';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createWebhookSender } from '../src/adapters/webhook-sender.ts';

let server: Server;
let requests = 0;
const known = getCACertificates('default');

// The authority is known, as that of a real target is: what is refused is refused for its own fault.
beforeAll(() => setDefaultCACertificates([...known, testCertificates.authority]));
afterAll(() => setDefaultCACertificates(known));
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function sendTo(host: string, certificate: string) {
  requests = 0;
  server = createServer({ key: testCertificates.key, cert: certificate }, (_request, response) => {
    requests += 1;
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = new URL(`https://${host}:${port}/hook`);
  const send = createWebhookSender({
    locate: async () => ({ status: 'located', url, host, port, address: '127.0.0.1' }),
    timeoutMs: 5_000,
  });
  return send({ url: url.href, headers: {}, body: '{}' });
}

test('a target that proves its name is called, by name and by address', async () => {
  for (const host of ['localhost', '127.0.0.1']) {
    expect(await sendTo(host, testCertificates.named)).toMatchObject({ outcome: 'delivered' });
    expect(requests).toBe(1);
    await new Promise((resolve) => server.close(resolve));
  }
});

test.each([
  ['of its own word alone', 'localhost', testCertificates.selfSigned],
  ['of another name', 'localhost', testCertificates.otherName],
  ['of another name than the address', '127.0.0.1', testCertificates.otherName],
  ['of a name that is not the one asked for', 'hooks.partner.example', testCertificates.named],
  ['that has expired', 'localhost', testCertificates.expired],
])('a certificate %s is refused as such, and nothing of the word is sent', async (_, host, certificate) => {
  expect(await sendTo(host, certificate)).toMatchObject({ outcome: 'tls', httpStatus: null });
  expect(requests).toBe(0);
});
