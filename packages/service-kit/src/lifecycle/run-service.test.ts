import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const main = fileURLToPath(new URL('run-service.fixture.ts', import.meta.url));

/** Starts the fixture, stops it by SIGTERM once it runs, and answers how it ended. */
async function endOf(step: { ms: number; fails?: boolean }): Promise<number | null> {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      CHAPPE_PROFILE: 'demonstration',
      HTTP_PORT: '0',
      PUBLIC_URL: 'http://127.0.0.1:1',
      OIDC_ISSUER: 'http://127.0.0.1:1',
      LOG_LEVEL: 'silent',
      SHUTDOWN_TIMEOUT_MS: '500',
      STEP_MS: String(step.ms),
      STEP_FAILS: String(step.fails ?? false),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.once('data', () => child.kill('SIGTERM'));
  return await new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/**
 * A service has a lifecycle of its own inside that of its process. What goes wrong in it must reach the exit code:
 * otherwise a supervisor takes work that was cut off for work that was finished.
 */
it.each([
  ['ends in time', { ms: 10 }, 0],
  ['takes longer than its bound', { ms: 60_000 }, 1],
  ['fails', { ms: 10, fails: true }, 1],
] as const)(
  'after SIGTERM a service whose step %s ends its process accordingly',
  async (_, step, code) => {
    expect(await endOf(step)).toBe(code);
  },
  30_000,
);
