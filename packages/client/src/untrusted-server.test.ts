import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCertificates } from '@chappe/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { runChappe } from '../test/run-chappe.ts';
import { typeChappe } from '../test/type-chappe.ts';
import { createClient } from './create-client.ts';
import { tokenEndpointOf } from './token-endpoint.ts';

let server: Server | undefined;
let requests = 0;
afterEach(async () => {
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
});

/** A server that shows this certificate and answers everybody who goes on nevertheless. */
async function show(cert: string): Promise<string> {
  requests = 0;
  server = createServer({ key: testCertificates.key, cert }, (_request, response) => {
    requests += 1;
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ items: [] }));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const lead = { kind: 'LEAD', status: 'ACTUAL', urgency: 'ROUTINE', body: { text: 'invented' } } as const;
const faults = [
  ['self-signed', testCertificates.selfSigned, 'its own word alone'],
  ['unknown-authority', testCertificates.named, 'does not know'],
] as const;

describe.each(faults)('a server whose certificate is of the fault %s', (fault, certificate, words) => {
  it('is sent nothing, at once, whatever is asked of it', async () => {
    const url = await show(certificate);
    const client = createClient({ url, token: async () => 'a-token' });
    const refusal = { name: 'UntrustedServer', fault, host: new URL(url).host };
    await expect(client.sent()).rejects.toMatchObject(refusal);
    await expect(client.publish(lead)).rejects.toMatchObject(refusal);
    await expect(client.publishBatch([lead])).rejects.toMatchObject(refusal);
    await expect(client.inbox.follow().next()).rejects.toMatchObject(refusal);
    await expect(client.webhooks.rotate('x', { overlapS: 1 })).rejects.toMatchObject(refusal);
    await expect(tokenEndpointOf(url, fetch, 1_000)).rejects.toMatchObject(refusal);
    expect(requests).toBe(0);
  });

  it('is told of at the terminal in plain words', async () => {
    const env = { CHAPPE_URL: await show(certificate), CHAPPE_TOKEN: 'a-token' };
    const english = await typeChappe(['sent'], { env });
    expect(english).toMatchObject({ code: 4, err: expect.stringContaining(words) });
    expect(english.err).toContain('Nothing was sent.');
    expect((await typeChappe(['sent', '--lang', 'fr'], { env })).err).toContain('Rien n');
  });
});

it('is found out also where the authority is known: another name, and a day that has passed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chappe-tls-'));
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, testCertificates.authority);
  const sent = async (certificate: string) => {
    const env = { CHAPPE_URL: await show(certificate), CHAPPE_TOKEN: 't', NODE_EXTRA_CA_CERTS: authority };
    const run = await runChappe(['sent'], { env });
    await new Promise((resolve) => server?.close(resolve));
    return run;
  };
  try {
    expect(await sent(testCertificates.named)).toMatchObject({ code: 0 });
    expect(requests).toBe(1);
    expect(await sent(testCertificates.otherName)).toMatchObject({
      code: 4,
      err: expect.stringContaining('is of another name'),
    });
    expect(await sent(testCertificates.expired)).toMatchObject({
      code: 4,
      err: expect.stringContaining('has expired'),
    });
    expect(requests).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
    server = undefined;
  }
}, 60_000);
