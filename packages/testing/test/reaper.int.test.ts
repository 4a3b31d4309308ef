import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { startKafka } from '../src/index.ts';

const index = new URL('../src/index.ts', import.meta.url).href;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('the reaper', () => {
  it('ends PostgreSQL, Redis and a child that ignores signals when their parent is killed', async () => {
    const folder = mkdtempSync(`${tmpdir()}/chappe-reaper-`);
    folders.push(folder);
    const program = `
      const { startPostgres, startRedis, superviseProcess } = await import(${JSON.stringify(index)});
      const stubborn = await superviseProcess({ name: 'stubborn', command: 'sh',
        args: ['-c', 'trap "" TERM INT; while :; do sleep 0.2; done'], logFile: ${JSON.stringify(`${folder}/log`)} });
      const postgres = await startPostgres({ durable: false });
      const redis = await startRedis();
      console.log(JSON.stringify({ pids: [stubborn.pid, postgres.pid, redis?.pid ?? stubborn.pid], folder: postgres.dataDir }));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const started = await new Promise<{ pids: number[]; folder: string }>((resolve, reject) => {
      createInterface({ input: parent.stdout }).once('line', (line) => resolve(JSON.parse(line)));
      parent.once('exit', () => reject(new Error('the parent ended early')));
    });
    expect(started.pids.filter(isRunning)).toEqual(started.pids);
    expect(existsSync(started.folder)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => started.pids.filter(isRunning), { timeout: 10_000 }).toEqual([]);
    await expect.poll(() => existsSync(started.folder), { timeout: 10_000 }).toBe(false);
  });
});

describe('a cluster of three brokers', () => {
  it('comes back after a broker is killed, and keeps its data across a whole restart', async () => {
    const dataDir = mkdtempSync(`${tmpdir()}/chappe-kafka-kept-`);
    folders.push(dataDir);
    const users = [{ name: 'admin', password: 'demo-admin', superUser: true }];
    const first = await startKafka({ dataDir, brokers: 3, users, heapMb: 256, shortLived: true });
    try {
      expect(first.brokers).toHaveLength(3);
      const before = first.pids['kafka-2'];
      await first.kill(2);
      expect(isRunning(before ?? 0)).toBe(false);
      await first.restart(2);
      expect(first.pids['kafka-2']).not.toBe(before);
    } finally {
      await first.stop();
    }
    const clusterId = readFileSync(`${dataDir}/cluster.json`, 'utf8');
    const second = await startKafka({ dataDir, brokers: 3, users, heapMb: 256, shortLived: true });
    await second.stop();
    expect(readFileSync(`${dataDir}/cluster.json`, 'utf8')).toBe(clusterId);
    await expect(startKafka({ dataDir, brokers: 1, users })).rejects.toThrow(/3 broker/);
  }, 180_000);
});

/** A process that has ended but was not collected by its new parent counts as gone. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/Z/.test(execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}
