import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';

// A service that starts before its brokers or its database, as all do after a power cut, waits for them: it says
// what is missing, it is not restarted in a loop, and it can be told to stop at any moment.
const missing: Record<string, readonly string[]> = {
  ingest: ['kafka', 'directory'],
  router: ['kafka', 'directory', 'postgres'],
  mailbox: ['kafka', 'directory', 'postgres'],
  archive: ['kafka', 'directory', 'postgres'],
  directory: ['kafka', 'directory', 'postgres'],
};
const shutdownTimeoutMs = 5_000;

describe.concurrent('without brokers and without a database', () => {
  it.for(Object.entries(missing))(
    '%s waits, says what is missing, and stops when told to',
    async ([name, expected], { expect, onTestFinished }) => {
      const [port = 0, kafkaPort, postgresPort] = await Promise.all([freePort(), freePort(), freePort()]);
      const { child, log } = start(name, {
        HTTP_PORT: String(port),
        KAFKA_BROKERS: `127.0.0.1:${kafkaPort}`,
        POSTGRES_URL: `postgres://nobody:demo-none@127.0.0.1:${postgresPort}/none`,
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const exited = once(child, 'exit');
      await expect
        .poll(() => missingAt(port), { timeout: 120_000, interval: 200 })
        .toEqual(expected.toSorted());
      // kafkajs gives up some four seconds after its first attempt.
      await sleep(6_000);
      expect(child.exitCode).toBeNull();
      expect(await missingAt(port)).toEqual(expected.toSorted());
      const lines = log().split('\n').length;
      expect(lines).toBeLessThan(60);

      const startedMs = performance.now();
      child.kill('SIGTERM');
      const [code] = await exited;
      expect(performance.now() - startedMs).toBeLessThan(shutdownTimeoutMs + 1_000);
      expect(code, log()).toBe(0);
    },
  );
});

/** A port on which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return address === null || typeof address === 'string' ? 0 : address.port;
}

function start(name: string, settings: Record<string, string>): { child: ChildProcess; log(): string } {
  const main = new URL(`../services/${name}/src/main.ts`, import.meta.url).pathname;
  const env = {
    PATH: process.env.PATH,
    CHAPPE_PROFILE: 'demonstration',
    PUBLIC_URL: 'http://127.0.0.1:9',
    OIDC_ISSUER: 'http://127.0.0.1:9/oidc',
    ROUTER_URL: 'http://127.0.0.1:9',
    KAFKA_TLS: 'false',
    SHUTDOWN_TIMEOUT_MS: String(shutdownTimeoutMs),
    ...settings,
  };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return { child, log: () => text };
}

/** What `/readyz` says is not there, or nothing while nobody listens. */
async function missingAt(port: number): Promise<string[]> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    const { dependencies } = (await response.json()) as { dependencies: Record<string, string> };
    if (response.status !== 503) return [];
    return Object.keys(dependencies)
      .filter((dependency) => dependencies[dependency] === 'unavailable')
      .toSorted();
  } catch {
    return [];
  }
}
