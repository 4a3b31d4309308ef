import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runChappe } from '../../test/run-chappe.ts';
import { startScriptedProvider } from '../../test/scripted-provider.ts';
import { answer, problem, type ScriptedServer, startScriptedServer } from '../../test/scripted-server.ts';

// Each test starts processes; on a busy machine that takes seconds.
vi.setConfig({ testTimeout: 60_000 });

const accepted = { messageId: 'm-1', reference: 'DJ-26-K7M2P4X-M', status: 'http://x/v1/sent/m-1' };

let server: ScriptedServer | undefined;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-stack-'));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(folder, { recursive: true });
});

describe('the demonstration stack', () => {
  async function writeStack(url: string, issuer: string, more: Record<string, unknown> = {}): Promise<void> {
    await mkdir(join(folder, '.local'), { recursive: true });
    const stack = { url, issuer, kafka: { brokers: [] }, services: {}, pids: {}, ...more };
    const accounts = {
      resource: 'urn:chappe:api',
      cli: { clientId: 'demo-cli', redirectUri: 'http://127.0.0.1:1/callback' },
      accounts: [
        { login: 'officer', password: 'pass', correspondent: 'post:DJ' },
        { login: 'chief', password: 'other', correspondent: 'post:DJ' },
      ],
      clients: [],
    };
    await writeFile(join(folder, '.local', 'stack.json'), JSON.stringify(stack));
    await writeFile(join(folder, '.local', 'accounts.json'), JSON.stringify(accounts));
  }

  it('prints a token and nothing else, found from a folder below', async () => {
    const provider = await startScriptedProvider({ password: 'pass' });
    try {
      await writeStack('http://127.0.0.1:9', provider.url);
      await mkdir(join(folder, 'deep', 'er'), { recursive: true });
      const { code, out, err } = await runChappe(['token', '--as', 'post:DJ'], {
        cwd: join(folder, 'deep', 'er'),
      });
      expect({ code, out, err }).toEqual({ code: 0, out: 'token-1\n', err: '' });
      const wrong = await runChappe(['token', '--login', 'chief'], { cwd: folder });
      expect(wrong.code).toBe(4);
      const nobody = await runChappe(['token', '--as', 'post:XX'], { cwd: folder });
      expect(nobody.code).toBe(2);
      expect(nobody.err).toContain('choose one of: post:DJ');
    } finally {
      await provider.stop();
    }
  });

  it('is an exercise there unless told otherwise, acting for the account', async () => {
    const provider = await startScriptedProvider({ password: 'pass' });
    try {
      server = await startScriptedServer([answer(202, accepted)]);
      await writeStack(server.url, provider.url);
      const { code } = await runChappe(['flash', 'x', '--place', 'Port'], { cwd: folder });
      expect(code).toBe(0);
      expect(server.requests[0]?.body).toMatchObject({ status: 'EXERCISE', exerciseId: 'EX-DEMONSTRATION' });
      expect(server.requests[0]?.headers).toMatchObject({
        'chappe-acting-as': 'post:DJ',
        authorization: 'Bearer token-1',
      });
    } finally {
      await provider.stop();
    }
  });

  it('never signs a demonstration account in for another address', async () => {
    const provider = await startScriptedProvider({ password: 'pass' });
    try {
      await writeStack('http://127.0.0.1:9', provider.url);
      const { code } = await runChappe(['whoami', '--url', 'http://127.0.0.1:10'], { cwd: folder });
      expect(code).toBe(2);
      expect(provider.requests).toHaveLength(0);
    } finally {
      await provider.stop();
    }
  });

  it('doctor finds a healthy stack healthy, and names each fault with its mend', async () => {
    const provider = await startScriptedProvider({ password: 'pass' });
    try {
      server = await startScriptedServer(({ path }) =>
        path === '/readyz' ? answer(200, {}) : problem(401, 'unauthenticated'),
      );
      const port = new URL(server.url).port;
      const kafka = { brokers: [`127.0.0.1:${port}`] };
      await writeStack(server.url, provider.url, {
        kafka,
        services: { ingest: server.url },
        pids: { self: process.pid },
      });
      const healthy = await runChappe(['doctor', '--json'], { cwd: folder });
      expect(JSON.parse(healthy.out)).toMatchObject({ healthy: true });
      expect(healthy.code).toBe(0);

      const noProcess = 2 ** 30;
      const sick = {
        kafka: { brokers: ['127.0.0.1:9'] },
        services: { router: 'http://127.0.0.1:9' },
        pids: { router: noProcess },
      };
      await writeStack(server.url, 'http://127.0.0.1:9', sick);
      const ill = await runChappe(['doctor', '--json'], { cwd: folder });
      const { items } = JSON.parse(ill.out) as { items: { name: string; state: string; mend?: string }[] };
      const bad = items.filter(({ state }) => state === 'bad');
      expect(bad.map(({ name }) => name)).toEqual([
        'processes',
        'ready:router',
        'kafka:127.0.0.1:9',
        'token',
      ]);
      expect(bad.every(({ mend }) => mend !== undefined && mend !== '')).toBe(true);
      expect(ill.code).toBe(8);
    } finally {
      await provider.stop();
    }
  });

  it('doctor tells a clock that is wrong', async () => {
    const provider = await startScriptedProvider({ password: 'pass' });
    try {
      server = await startScriptedServer(() => answer(401, {}, { date: 'Mon, 01 Jan 2024 00:00:00 GMT' }));
      await writeStack(server.url, provider.url);
      const { code, out } = await runChappe(['doctor'], { cwd: folder });
      expect(code).toBe(8);
      expect(out).toContain('set the clock (NTP)');
    } finally {
      await provider.stop();
    }
  });

  it('doctor says that nothing was started', async () => {
    const { code, out } = await runChappe(['doctor', '--lang', 'fr'], { cwd: folder });
    expect(code).toBe(8);
    expect(out).toContain('que faire: lancez `npm start`');
  });
});
