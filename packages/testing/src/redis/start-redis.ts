import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { containerPid, hasDocker, removeContainer } from '../process/docker.ts';
import { freePort } from '../process/free-port.ts';
import { forgetCommand, forgetFolder, watchCommand, watchFolder } from '../process/reaper.ts';
import { lastLines, type SupervisedProcess, superviseProcess } from '../process/supervise-process.ts';

const run = promisify(execFile);
const image = 'redis:8';

/** What to start; all of it optional. */
export interface RedisOptions {
  /** Holds the log; a temporary folder, removed at the end, when not given. Nothing else is kept. */
  dataDir?: string;
  port?: number;
  password?: string;
}

/** A server that is up. */
export interface RunningRedis {
  /** With its password. */
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<unknown>;
  alive(): boolean;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/** The Redis (or Valkey) server on the PATH, if there is one. */
export async function findRedisServer(): Promise<string | undefined> {
  for (const command of ['redis-server', 'valkey-server']) {
    try {
      await run(command, ['--version']);
      return command;
    } catch {
      // The next name.
    }
  }
  return undefined;
}

/** Starts Redis on loopback with a password, in memory only; null when there is none, nor Docker. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis | null> {
  const installed = await findRedisServer();
  if (installed === undefined && !(await hasDocker())) return null;
  const temporary = options.dataDir === undefined;
  const folder = options.dataDir ?? mkdtempSync(`${tmpdir()}/chappe-redis-`);
  if (temporary) watchFolder(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const port = options.port ?? (await freePort());
  const password = options.password ?? `demo-${randomBytes(18).toString('base64url')}`;
  const logFile = `${folder}/redis.log`;
  const settings = [
    `bind ${installed === undefined ? '0.0.0.0' : '127.0.0.1'}`,
    `port ${port}`,
    `requirepass ${password}`,
    'save ""',
    'appendonly no',
    'databases 4096',
    'daemonize no',
  ];
  const container = `chappe-redis-${port}`;
  const inContainer = [
    'run',
    '--rm',
    '-i',
    `--name=${container}`,
    `--publish=127.0.0.1:${port}:${port}`,
    image,
  ];
  if (installed === undefined) watchCommand(container, removeContainer(container));
  const process = await superviseProcess({
    name: 'redis',
    command: installed ?? 'docker',
    // Through standard input, so that the password is on no command line.
    args: installed === undefined ? [...inContainer, 'redis-server', '-'] : ['-'],
    stdin: `${settings.join('\n')}\n`,
    logFile,
    cwd: folder,
  });
  const cleanUp = (): void => {
    forgetCommand(container);
    if (!temporary) return;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    forgetFolder(folder);
  };
  const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`;
  try {
    await waitUntilServing(process, url);
  } catch (error) {
    await process.stop();
    cleanUp();
    throw error;
  }
  return {
    url,
    pid: (installed === undefined ? await containerPid(container) : undefined) ?? process.pid,
    logFile,
    exited: process.exited,
    alive: process.alive,
    kill: process.kill,
    async stop() {
      await process.stop(3_000);
      cleanUp();
    },
  };
}

async function waitUntilServing(process: SupervisedProcess, url: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const client = new Redis(url, {
      lazyConnect: true,
      retryStrategy: () => null,
      enableOfflineQueue: false,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.ping();
      return;
    } catch (error) {
      if (!process.alive()) throw new Error(`Redis ended while starting:\n${lastLines(process.logFile)}`);
      if (Date.now() > deadline) throw new Error('Redis was not ready after 15 s', { cause: error });
      await sleep(30);
    } finally {
      client.disconnect();
    }
  }
}
