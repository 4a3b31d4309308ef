// Runs a TypeScript entry with the project's own Node 24, from any Node 20 or newer, installing the
// dependencies first when they are missing or not those of the lock file. Nothing is written to
// standard output, which belongs to the entry.
import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const pnpm = 'pnpm@10.34.9';
const lockFile = join(root, 'pnpm-lock.yaml');
// pnpm leaves a copy of the lock file it installed from, as its last act.
const installedLockFile = join(root, 'node_modules/.pnpm/lock.yaml');
const stampFile = join(root, 'node_modules/.chappe-installed');
const nodeProgram = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');

const [entry, ...args] = process.argv.slice(2);
if (entry === undefined) fail('usage: node infra/toolchain/bootstrap.mjs <entry.ts> [arguments]');
if (Number.parseInt(process.versions.node, 10) < 20)
  fail(`Node ${process.versions.node} is too old: install Node 20 or newer`);
if (!isInstalled()) await installOnce();
await runEntry();

function isInstalled() {
  if (!existsSync(nodeProgram)) return false;
  const wanted = readFileSync(lockFile);
  return [installedLockFile, stampFile].some((file) => existsSync(file) && readFileSync(file).equals(wanted));
}

/** Installs, or waits for another run that does. */
async function installOnce() {
  const lock = join(root, '.cache/toolchain/install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; !tryLock(lock); told = true) {
    const owner = Number.parseInt(readIfThere(lock) ?? '', 10);
    if (Number.isSafeInteger(owner) && !isAlive(owner)) rmSync(lock, { force: true });
    else if (!told) say(`another run (pid ${owner}) is installing the dependencies; waiting for it`);
    await sleep(200);
  }
  try {
    if (isInstalled()) return;
    const startedAt = Date.now();
    say(`installing the dependencies with ${pnpm}`);
    const code = await install();
    if (code !== 0) {
      say(`the dependencies could not be installed (exit code ${code}); what pnpm wrote above says why`);
      process.exitCode = 1;
    } else {
      writeFileSync(stampFile, readFileSync(lockFile));
      say(`dependencies installed in ${Math.round((Date.now() - startedAt) / 1000)} s`);
    }
  } finally {
    rmSync(lock, { force: true });
  }
  if (process.exitCode) process.exit();
}

function install() {
  const reporter = process.stderr.isTTY ? [] : ['--reporter=append-only'];
  const options = ['--frozen-lockfile', '--config.confirmModulesPurge=false', ...reporter];
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  const child = spawn(npx, ['--yes', pnpm, 'install', ...options], {
    cwd: root,
    // Standard output is the entry's, so pnpm's progress goes to standard error.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...placesOfOurOwn() },
    shell: process.platform === 'win32',
  });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      say(`${npx} cannot be run: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

/** Without a home folder to write to, the package managers keep their caches in ours. */
function placesOfOurOwn() {
  try {
    const home = homedir();
    if (home === '') throw new Error('no home');
    accessSync(home, constants.W_OK);
    return {};
  } catch {
    const home = join(root, '.cache/toolchain/home');
    mkdirSync(home, { recursive: true });
    return { HOME: home, npm_config_cache: join(home, '.npm') };
  }
}

/** Becomes, as far as Node lets it, the entry: same streams, same signals, same end. */
async function runEntry() {
  const child = spawn(
    nodeProgram,
    [
      '--disable-warning=ExperimentalWarning',
      `--import=${pathToFileURL(join(root, 'infra/toolchain/follow-parent.mjs'))}`,
      entry,
      ...args,
    ],
    {
      // The entry reads from this pipe only that it has ended: then we are gone, however we went.
      stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
      env: {
        ...process.env,
        CHAPPE_PARENT_PIPE: '3',
        NODE_COMPILE_CACHE: join(root, '.cache/compile'),
        PATH: [dirname(nodeProgram), process.env.PATH ?? ''].join(delimiter),
      },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'])
    process.on(signal, () => child.kill(signal));
  followNpm(child);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...how) => resolve(how));
  });
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/**
 * `npm start` killed with SIGKILL cannot tell us, and shells stand between it and us: we see that one
 * of our ancestors has another parent than before.
 */
function followNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const atStart = ancestorsUpToNpm().join();
  const watch = setInterval(() => {
    if (ancestorsUpToNpm().join() === atStart) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 500);
  watch.unref();
}

/** Where the system does not tell, our parent alone. */
function ancestorsUpToNpm() {
  const found = [process.ppid];
  for (let pid = process.ppid; found.length < 8; ) {
    if (/^npm |npm-cli\.js/.test(readIfThere(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') ?? ''))
      return found;
    pid = Number(readIfThere(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ')[1]);
    if (!(pid > 1)) return [process.ppid];
    found.push(pid);
  }
  return [process.ppid];
}

function tryLock(lock) {
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    // Linked into place, so that nobody ever sees a lock without its owner.
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function say(text) {
  process.stderr.write(`chappe: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
