import { existsSync, mkdirSync, renameSync } from 'node:fs';

/** The log file of a process of this run; that of the run before is kept as `<name>.previous.log`. */
export function freshLog(dataDir: string, name: string): string {
  const folder = `${dataDir}/logs`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = `${folder}/${name}.log`;
  if (existsSync(file)) renameSync(file, `${folder}/${name}.previous.log`);
  return file;
}
