import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether we may install Debian packages here: as root, on Debian or one of its descendants. */
export function mayInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** Installs Debian packages without starting the daemons they bring. */
export async function installPackages(
  packages: readonly string[],
  onProgress: (text: string) => void,
): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const options = { env, maxBuffer: 64 * 1024 * 1024 };
  // Two runs at once on one machine wait for each other.
  const install = ['-o', 'DPkg::Lock::Timeout=180', 'install', '-y', '--no-install-recommends', ...packages];
  onProgress(`apt-get ${install.join(' ')}`);
  try {
    await run('apt-get', install, options);
  } catch {
    // The package lists of a new container are empty or old.
    await run('apt-get', ['update'], options);
    await run('apt-get', install, options);
  }
}
