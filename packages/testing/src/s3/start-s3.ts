import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../process/free-port.ts';
import { forgetFolder, watchFolder } from '../process/reaper.ts';
import { lastLines, type SupervisedProcess, superviseProcess } from '../process/supervise-process.ts';
import { s3ClassPath } from './s3-runtime.ts';

/** An S3-compatible server with one empty bucket. */
export interface RunningS3 {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly pid: number;
  kill(signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

const bucket = 'attachments';
const startWithinMs = 60_000;

/** Starts S3Proxy on loopback over a temporary directory. It checks signatures, so a wrong key is refused. */
export async function startS3(): Promise<RunningS3> {
  const classPath = await s3ClassPath();
  const folder = mkdtempSync(`${tmpdir()}/chappe-s3-`);
  watchFolder(folder);
  // The server makes a bucket of every folder in its directory.
  mkdirSync(`${folder}/data/${bucket}`, { recursive: true });
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const accessKeyId = 'demo-s3';
  const secretAccessKey = `demo-${randomBytes(18).toString('base64url')}`;
  const settings = {
    's3proxy.endpoint': endpoint,
    's3proxy.authorization': 'aws-v4',
    's3proxy.identity': accessKeyId,
    's3proxy.credential': secretAccessKey,
    'jclouds.provider': 'filesystem-nio2',
    'jclouds.identity': 'unused',
    'jclouds.credential': 'unused',
    'jclouds.filesystem.basedir': `${folder}/data`,
  };
  const file = `${folder}/s3proxy.properties`;
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    { mode: 0o600 },
  );
  const java = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : 'java';
  const server = await superviseProcess({
    name: 's3',
    command: java,
    args: ['-Xmx256m', '-cp', classPath, 'org.gaul.s3proxy.Main', '--properties', file],
    logFile: `${folder}/s3.log`,
    cwd: folder,
  });
  const stop = async (): Promise<void> => {
    await server.stop(3_000);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    forgetFolder(folder);
  };
  try {
    await waitUntilAnswering(server, endpoint);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    bucket,
    region: 'us-east-1',
    accessKeyId,
    secretAccessKey,
    pid: server.pid,
    kill: server.kill,
    stop,
  };
}

async function waitUntilAnswering(server: SupervisedProcess, endpoint: string): Promise<void> {
  const deadline = Date.now() + startWithinMs;
  for (;;) {
    try {
      // Without a signature it says no, but it says something.
      await fetch(endpoint, { signal: AbortSignal.timeout(2_000) });
      return;
    } catch (error) {
      if (!server.alive()) throw new Error(`S3Proxy ended while starting:\n${lastLines(server.logFile)}`);
      if (Date.now() > deadline) throw new Error('S3Proxy did not answer in time', { cause: error });
      await sleep(100);
    }
  }
}
