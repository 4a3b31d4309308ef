import { execFile } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { withFileLock } from '../process/file-lock.ts';
import { cacheFolder, repositoryRoot } from '../repository-paths.ts';

const run = promisify(execFile);
const pom = `${repositoryRoot}/infra/s3/pom.xml`;

/** The class path of the S3-compatible server of the tests, which Maven fetches once into .cache/s3. */
export async function s3ClassPath(): Promise<string> {
  const version = /<s3proxy\.version>([^<]+)</.exec(await readFile(pom, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${pom} names no s3proxy.version`);
  const folder = `${cacheFolder}/s3/${version}`;
  if (!isComplete(folder)) await withFileLock(`${cacheFolder}/s3/${version}.lock`, () => fetchJars(folder));
  return `${folder}/lib/*`;
}

async function fetchJars(folder: string): Promise<void> {
  if (isComplete(folder)) return;
  const incoming = `${folder}/lib.incoming`;
  rmSync(incoming, { recursive: true, force: true });
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${incoming}`];
  await run('mvn', ['-B', '-ntp', '-q', '-f', pom, ...goal], { maxBuffer: 16 * 1024 * 1024 });
  rmSync(`${folder}/lib`, { recursive: true, force: true });
  renameSync(incoming, `${folder}/lib`);
}

function isComplete(folder: string): boolean {
  // The rename comes last, so a folder of that name is whole.
  return existsSync(`${folder}/lib`) && readdirSync(`${folder}/lib`).length > 0;
}
