import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { type KafkaOptions, type RunningKafka, startKafka } from '../kafka/start-kafka.ts';
import { type RunningPostgres, startPostgres } from '../postgres/start-postgres.ts';
import { type RunningRedis, startRedis } from '../redis/start-redis.ts';

/** The services that have a Kafka principal of their own in tests, plus one without any right. */
export const testPrincipals = [
  'ingest',
  'router',
  'mailbox',
  'archive',
  'directory',
  'correlator',
  'monitor',
  'console',
  'operator',
  'stranger',
] as const;

/** A principal of the test broker. */
export type TestPrincipal = (typeof testPrincipals)[number];

/** What a test file needs to reach the shared Kafka. */
export interface KafkaBacking {
  brokers: string[];
  admin: { username: string; password: string };
  passwords: Record<TestPrincipal, string>;
}

/** Each store as a test file reaches it; Redis also hands out a database number of its own. */
export interface Backing {
  kafka(): Promise<KafkaBacking>;
  postgres(): Promise<{ url: string }>;
  redis(): Promise<{ url: string | null }>;
}

/** The stores of one test run, each started when first asked for. */
export interface OwnedBacking extends Backing {
  stop(): Promise<void>;
}

/** Creates the stores of one run; nothing is started yet. */
export function ownBacking(): OwnedBacking {
  let kafka: Promise<{ running: RunningKafka; backing: KafkaBacking }> | undefined;
  let postgres: Promise<RunningPostgres> | undefined;
  let redis: Promise<RunningRedis | null> | undefined;
  let redisDatabase = 0;
  return {
    async kafka() {
      kafka ??= startTestCluster();
      return (await kafka).backing;
    },
    async postgres() {
      postgres ??= startPostgres({ durable: false });
      return { url: (await postgres).url };
    },
    async redis() {
      redis ??= startRedis();
      const running = await redis;
      redisDatabase += 1;
      return { url: running ? `${running.url}/${redisDatabase}` : null };
    },
    async stop() {
      await Promise.allSettled([
        kafka?.then(({ running }) => running.stop()),
        postgres?.then((running) => running.stop()),
        redis?.then((running) => running?.stop()),
      ]);
    },
  };
}

/** Serves the stores to the processes of a test run; the URL is the secret. */
export async function serveBacking(backing: Backing): Promise<{ url: string; close(): Promise<void> }> {
  const secret = randomBytes(18).toString('base64url');
  const server = createServer((request, response) => {
    const which = request.url?.slice(secret.length + 2);
    const known = request.url?.startsWith(`/${secret}/`);
    if (!known || (which !== 'kafka' && which !== 'postgres' && which !== 'redis')) {
      response.writeHead(404).end();
      return;
    }
    backing[which]().then(
      (value) => response.end(JSON.stringify(value)),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  // The first caller waits for Maven on a new machine.
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port for the test stores');
  server.unref();
  return {
    url: `http://127.0.0.1:${address.port}/${secret}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Starts a cluster with one user per principal. */
export async function startTestCluster(
  options: Omit<KafkaOptions, 'users'> = {},
): Promise<{ running: RunningKafka; backing: KafkaBacking }> {
  const passwords = Object.fromEntries(testPrincipals.map((name) => [name, demoPassword()]));
  const running = await startKafka({
    shortLived: true,
    ...options,
    users: [
      { name: 'admin', password: demoPassword(), superUser: true },
      ...Object.entries(passwords).map(([name, password]) => ({ name, password })),
    ],
  });
  const { brokers, admin } = running;
  return { running, backing: { brokers, admin, passwords: passwordsOf(passwords) } };
}

function passwordsOf(passwords: Record<string, string>): Record<TestPrincipal, string> {
  const of = (name: TestPrincipal): string => passwords[name] ?? '';
  return {
    ingest: of('ingest'),
    router: of('router'),
    mailbox: of('mailbox'),
    archive: of('archive'),
    directory: of('directory'),
    correlator: of('correlator'),
    monitor: of('monitor'),
    console: of('console'),
    operator: of('operator'),
    stranger: of('stranger'),
  };
}

function demoPassword(): string {
  return `demo-${randomBytes(12).toString('base64url')}`;
}
