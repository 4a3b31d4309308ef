import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';

/** A process of this machine. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process but those that have ended and only wait to be collected. */
export function listProcesses(): ListedProcess[] {
  const table = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, stat, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (command === undefined || stat?.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** A process and all that it started, directly or not, as long as their parents live. */
export function listFamily(root: number): ListedProcess[] {
  const all = listProcesses();
  const family = all.filter(({ pid }) => pid === root);
  // The list grows while it is walked, until nobody has a child left to add.
  for (const { pid } of family) family.push(...all.filter(({ parent }) => parent === pid));
  return family;
}

/** Those of the ports on which something accepts connections. */
export async function listeningAmong(ports: readonly number[]): Promise<number[]> {
  const found = await Promise.all(ports.map(async (port) => ((await accepts(port)) ? [port] : [])));
  return found.flat();
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
