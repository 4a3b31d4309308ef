import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The process that listens on a port. */
export interface PortOwner {
  pid: number;
  command: string;
}

/** Finds who listens on a loopback port; undefined when this system or our rights do not tell. */
export async function portOwner(port: number): Promise<PortOwner | undefined> {
  return process.platform === 'linux' ? await ownerFromProc(port) : await ownerFromLsof(port);
}

async function ownerFromProc(port: number): Promise<PortOwner | undefined> {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const lines = (await readOrNothing(table)).split('\n').slice(1);
    for (const line of lines) {
      // sl, local address, remote address, state (0A: listening), …, inode
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state === '0A' && Number.parseInt(local.split(':')[1] ?? '', 16) === port) inodes.add(inode);
    }
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of await descriptorsOf(pid)) {
      const inode = /^socket:\[(\d+)\]$/.exec(descriptor)?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      const line = (await readOrNothing(`/proc/${pid}/cmdline`)).split('\0').join(' ').trim();
      return { pid: Number(pid), command: shorten(line) };
    }
  }
  return undefined;
}

async function descriptorsOf(pid: string): Promise<string[]> {
  try {
    const names = await readdir(`/proc/${pid}/fd`);
    return await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')));
  } catch {
    // The process ended meanwhile, or is somebody else's.
    return [];
  }
}

async function ownerFromLsof(port: number): Promise<PortOwner | undefined> {
  try {
    const { stdout } = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc']);
    const pid = Number(/^p(\d+)$/m.exec(stdout)?.[1]);
    const command = /^c(.+)$/m.exec(stdout)?.[1] ?? '';
    return Number.isInteger(pid) ? { pid, command } : undefined;
  } catch {
    return undefined;
  }
}

async function readOrNothing(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '');
}

function shorten(line: string): string {
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}
