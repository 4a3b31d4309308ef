import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether the docker command reaches a daemon. */
export async function hasDocker(): Promise<boolean> {
  try {
    await run('docker', ['info'], { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

/** The main process of a container, which is another than the command that waits for it. */
export async function containerPid(container: string): Promise<number | undefined> {
  const { stdout } = await run('docker', ['inspect', '--format={{.State.Pid}}', container]);
  const pid = Number.parseInt(stdout, 10);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/** The command that ends a container that signals cannot reach. */
export function removeContainer(container: string): string[] {
  return ['docker', 'rm', '--force', container];
}
