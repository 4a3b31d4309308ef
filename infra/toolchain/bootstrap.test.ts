import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const bootstrap = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));
let folder: string;
let entry: string;

beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/chappe-bootstrap-`);
  entry = `${folder}/entry.ts`;
  writeFileSync(
    entry,
    `const [what]: string[] = process.argv.slice(2);
    process.on('SIGTERM', () => process.exit(7));
    console.log(process.pid, process.version, JSON.stringify(process.argv.slice(2)));
    if (what === 'code') process.exit(5);
    if (what === 'abort') process.kill(process.pid, 'SIGKILL');
    if (what === 'wait') setInterval(() => {}, 1000);`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (
  ...args: string[]
): { child: ChildProcess; firstLine: Promise<string>; end: Promise<unknown[]> } => {
  const child = spawn(process.execPath, [bootstrap, entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const firstLine = new Promise<string>((resolve) => {
    child.stdout?.once('data', (data) => resolve(String(data).trim()));
  });
  return { child, firstLine, end: once(child, 'exit') };
};

describe('the bootstrap', () => {
  it('runs TypeScript with the project’s Node, passes the arguments on and adds nothing to the output', async () => {
    const { firstLine, end } = start('code', 'a b', '--flag');
    expect(await firstLine).toMatch(/^\d+ v24\.\S+ \["code","a b","--flag"\]$/);
    expect(await end).toEqual([5, null]);
  });

  it('ends by the signal that ended the entry', async () => {
    expect(await start('abort').end).toEqual([null, 'SIGKILL']);
  });

  it('forwards a request to stop, and takes over the exit code', async () => {
    const { child, firstLine, end } = start('wait');
    await firstLine;
    child.kill('SIGTERM');
    expect(await end).toEqual([7, null]);
  });

  it('takes the entry with it when it is killed', async () => {
    const { child, firstLine } = start('wait');
    const pid = Number((await firstLine).split(' ')[0]);
    process.kill(pid, 0);
    child.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Ended, but not yet collected by its new parent: gone all the same.
    return !existsSync(`/proc/${pid}/stat`) || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
