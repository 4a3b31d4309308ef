import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { withFileLock } from '../process/file-lock.ts';
import { freePort } from '../process/free-port.ts';
import { forgetFolder, watchFolder } from '../process/reaper.ts';
import { lastLines, type SupervisedProcess, superviseProcess } from '../process/supervise-process.ts';
import { repositoryRoot } from '../repository-paths.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { impassableFolder, type SystemUser, unprivilegedUser } from './unprivileged-user.ts';

const run = promisify(execFile);
const publicPlace = '/var/tmp';

/** What to start; all of it optional. */
export interface PostgresOptions {
  /** Kept across starts when given; a temporary folder, removed at the end, otherwise. */
  dataDir?: string;
  port?: number;
  /** A database to have, and to name in the URL. */
  database?: string;
  /** Its superuser's; kept beside the data when not given. */
  password?: string;
  /** False gives up durability for speed: for tests that never crash the machine. */
  durable?: boolean;
  settings?: Readonly<Record<string, string>>;
  onProgress?: (text: string) => void;
}

/** A server that is up. */
export interface RunningPostgres {
  /** As the superuser, in `database` when one was asked for. */
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  /** Where the data really is: elsewhere than asked when PostgreSQL's user cannot get there. */
  readonly dataDir: string;
  readonly exited: Promise<unknown>;
  alive(): boolean;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on loopback: UTF-8 with the builtin C.UTF-8 locale, SCRAM passwords for every
 * connection, no socket in the file system.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  const user = unprivilegedUser();
  const binaries = await reachableBinaries(postgresBinaries(), user);
  const temporary = options.dataDir === undefined;
  const wanted = options.dataDir ?? mkdtempSync(`${tmpdir()}/chappe-postgres-`);
  const folder = reachableFolder(wanted, user, options.onProgress ?? (() => {}));
  const folders = temporary ? [wanted, folder] : [];
  for (const owned of folders) watchFolder(owned);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) {
    // In a public place somebody else may have been there first.
    if (![0, user.uid].includes(statSync(folder).uid)) throw new Error(`${folder} belongs to somebody else`);
    chownSync(folder, user.uid, user.gid);
  }

  const data = `${folder}/data`;
  const logFile = `${folder}/postgres.log`;
  const password = passwordOf(folder, options.password);
  if (!existsSync(`${data}/PG_VERSION`)) await initialise(binaries, data, folder, user);
  const port = options.port ?? (await freePort());
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const process = await superviseProcess({
    name: 'postgres',
    command: binaries.postgres,
    args: ['-D', data, ...settingsOf(port, options).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
    logFile,
    cwd: folder,
    stopSignal: 'SIGINT',
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
  const cleanUp = (): void => {
    for (const owned of folders) {
      rmSync(owned, { recursive: true, force: true, maxRetries: 5 });
      forgetFolder(owned);
    }
  };
  try {
    await waitUntilServing(process, url);
    if (options.database !== undefined) await ensureDatabase(url, options.database);
  } catch (error) {
    await process.stop();
    cleanUp();
    throw error;
  }
  return {
    url: options.database === undefined ? url : inDatabase(url, options.database),
    pid: process.pid,
    logFile,
    dataDir: folder,
    exited: process.exited,
    alive: process.alive,
    kill: process.kill,
    async stop() {
      await process.stop();
      cleanUp();
    },
  };
}

/** Where this checkout keeps a copy of PostgreSQL's programs when it needs one, for those who erase it. */
export const publicPrograms = `${publicPlace}/chappe-postgres-programs-${digestOf(repositoryRoot)}`;

/** Where the data of `wanted` would really be kept on this machine, for those who erase it. */
export function postgresFolder(wanted: string): string {
  const user = unprivilegedUser();
  return user && impassableFolder(`${wanted}/data`, user) !== undefined ? publicFolder(wanted) : wanted;
}

function reachableFolder(
  wanted: string,
  user: SystemUser | undefined,
  onProgress: (text: string) => void,
): string {
  if (user === undefined) return wanted;
  mkdirSync(wanted, { recursive: true, mode: 0o700 });
  chownSync(wanted, user.uid, user.gid);
  const closed = impassableFolder(`${wanted}/data`, user);
  if (closed === undefined) return wanted;
  const place = publicFolder(wanted);
  onProgress(`PostgreSQL runs as ${user.name}, who cannot pass ${closed}: its data is kept in ${place}`);
  return place;
}

function publicFolder(wanted: string): string {
  return `${publicPlace}/chappe-postgres-${digestOf(wanted)}`;
}

function digestOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** A copy of the programs in a public place, made once, when their user cannot get to the originals. */
async function reachableBinaries(
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
): Promise<PostgresBinaries> {
  if (user === undefined || impassableFolder(binaries.postgres, user) === undefined) return binaries;
  const home = `${publicPrograms}/${digestOf(readFileSync(binaries.initdb))}`;
  await withFileLock(`${publicPrograms}.lock`, async () => {
    mkdirSync(publicPrograms, { recursive: true, mode: 0o755 });
    if (statSync(publicPrograms).uid !== 0) throw new Error(`${publicPrograms} is not ours`);
    if (!existsSync(`${home}/complete`)) {
      cpSync(binaries.home, home, { recursive: true, verbatimSymlinks: true });
      writeFileSync(`${home}/complete`, '');
    }
  });
  return { initdb: `${home}/bin/initdb`, postgres: `${home}/bin/postgres`, home };
}

async function initialise(
  binaries: PostgresBinaries,
  data: string,
  folder: string,
  user: SystemUser | undefined,
): Promise<void> {
  const args = [
    `--pgdata=${data}`,
    '--username=postgres',
    `--pwfile=${folder}/password`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    '--no-sync',
  ];
  // A folder that an interrupted run left half made.
  rmSync(data, { recursive: true, force: true });
  await run(binaries.initdb, args, { cwd: folder, ...(user ? { uid: user.uid, gid: user.gid } : {}) });
}

function settingsOf(port: number, options: PostgresOptions): [string, string][] {
  const relaxed = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  return Object.entries({
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    log_line_prefix: '%m [%p] %u@%d ',
    // A statement can hold content.
    log_min_error_statement: 'panic',
    password_encryption: 'scram-sha-256',
    ...(options.durable === false ? relaxed : {}),
    ...options.settings,
  });
}

function passwordOf(folder: string, given: string | undefined): string {
  const file = `${folder}/password`;
  if (!existsSync(file)) {
    writeFileSync(file, given ?? `demo-${randomBytes(18).toString('base64url')}`, { mode: 0o600 });
    const { uid, gid } = statSync(folder);
    if (process.getuid?.() === 0) chownSync(file, uid, gid);
  }
  return readFileSync(file, 'utf8');
}

async function waitUntilServing(process: SupervisedProcess, url: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      return;
    } catch (error) {
      if (!process.alive())
        throw new Error(`PostgreSQL ended while starting:\n${lastLines(process.logFile)}`);
      if (Date.now() > deadline) throw new Error(`PostgreSQL was not ready after 60 s`, { cause: error });
      await sleep(30);
    } finally {
      await Promise.allSettled([client.end()]);
    }
  }
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
