import { execFile } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasDocker } from '../process/docker.ts';
import { withFileLock } from '../process/file-lock.ts';
import { cacheFolder, repositoryRoot } from '../repository-paths.ts';

const run = promisify(execFile);
const pom = `${repositoryRoot}/infra/kafka/pom.xml`;

/** How broker programs are run on this machine: by a local Java, or inside containers. */
export type KafkaRuntime =
  | { kind: 'java'; java: string; classPath: string; version: string }
  | { kind: 'docker'; image: string; classPath: string; version: string };

/** The version of Apache Kafka that this checkout uses, from infra/kafka/pom.xml. */
export async function kafkaVersion(): Promise<string> {
  const found = /<kafka\.version>([^<]+)</.exec(await readFile(pom, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${pom} names no kafka.version`);
  return found;
}

/** Thrown when neither Java with Maven nor Docker is there; says what to install. */
export class KafkaRuntimeMissing extends Error {
  override readonly name = 'KafkaRuntimeMissing';
}

/**
 * Finds a way to run Apache Kafka: Java 17 or newer with the jars that Maven fetches once into
 * .cache/kafka, else Docker.
 */
export async function findKafkaRuntime(onProgress: (text: string) => void = () => {}): Promise<KafkaRuntime> {
  const version = await kafkaVersion();
  const problems: string[] = [];
  const java = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : 'java';
  const javaVersion = await javaMajor(java);
  if (javaVersion === undefined) problems.push('no Java on the PATH');
  else if (javaVersion < 17) problems.push(`Java ${javaVersion} is too old (17 or newer is needed)`);
  else {
    const folder = `${cacheFolder}/kafka/${version}`;
    if (isComplete(folder) || (await works('mvn', ['-v']))) {
      const classPath = await fetchJars(folder, version, onProgress);
      return { kind: 'java', java, classPath: `${classPath}/*`, version };
    }
    problems.push('no Maven on the PATH');
  }
  if (await hasDocker()) {
    const image = `apache/kafka:${version}`;
    return { kind: 'docker', image, classPath: '/opt/kafka/libs/*', version };
  }
  problems.push('no usable Docker');
  throw new KafkaRuntimeMissing(
    `Apache Kafka cannot be run here: ${problems.join('; ')}. ` +
      'Install Java 17 or newer and Maven (Debian: apt-get install openjdk-17-jre-headless maven; ' +
      'macOS: brew install openjdk@17 maven), or Docker, or set KAFKA_BROKERS to a cluster of yours.',
  );
}

/** The jars, fetched by whoever comes first; others wait for them. */
async function fetchJars(
  folder: string,
  version: string,
  onProgress: (text: string) => void,
): Promise<string> {
  if (isComplete(folder)) return `${folder}/lib`;
  return await withFileLock(`${cacheFolder}/kafka/${version}.lock`, async () => {
    if (isComplete(folder)) return `${folder}/lib`;
    onProgress(`fetching Apache Kafka ${version} with Maven (about 55 MB, once)`);
    const incoming = `${folder}/lib.incoming`;
    rmSync(incoming, { recursive: true, force: true });
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${incoming}`];
    try {
      await run('mvn', ['-B', '-ntp', '-q', '-f', pom, ...goal], { maxBuffer: 16 * 1024 * 1024 });
    } catch (error) {
      const said = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : String(error);
      throw new Error(
        `Maven could not fetch Apache Kafka ${version}: ${said.split('\n').slice(0, 5).join('\n')}`,
      );
    }
    rmSync(`${folder}/lib`, { recursive: true, force: true });
    renameSync(incoming, `${folder}/lib`);
    return `${folder}/lib`;
  });
}

function isComplete(folder: string): boolean {
  // The rename comes last, so a folder of that name is whole.
  return existsSync(`${folder}/lib`) && readdirSync(`${folder}/lib`).length > 0;
}

async function javaMajor(java: string): Promise<number | undefined> {
  try {
    const { stderr } = await run(java, ['-version']);
    const found = /version "(\d+)/.exec(stderr)?.[1];
    return found === undefined ? undefined : Number.parseInt(found, 10);
  } catch {
    return undefined;
  }
}

async function works(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, [...args], { timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
