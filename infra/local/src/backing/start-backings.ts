import { type KafkaSettings, provisionTopics } from '@chappe/kafka';
import { type ServiceName, serviceNames } from '@chappe/schemas';
import type { StoreLinks } from '../disturb/open-disturbances.ts';
import type { StackSecrets } from '../identity/stack-secrets.ts';
import type { PortPlan } from '../ports.ts';
import { type ProgressListener, step } from '../progress.ts';
import { databaseServices, type LocalService } from '../services/service-catalogue.ts';
import type { Unit, UnitPlan } from '../services/unit.ts';
import { type ExternalKafka, provideKafka } from './provide-kafka.ts';
import { providePostgres, provisionRoles, roleUrl } from './provide-postgres.ts';
import { provideRedis } from './provide-redis.ts';

/** Kafka's users beside the services: one that may do everything, one that may read everything. */
export const adminUser = 'admin';
export const operatorUser = 'operator';

/** Stores that exist already and are used instead of the stack's own. */
export interface ExternalStores {
  kafka?: ExternalKafka;
  postgresUrl?: string;
  redisUrl?: string;
}

/** What the stores are started from. */
export interface BackingsPlan {
  dataDir: string;
  ports: PortPlan;
  brokers: 1 | 3;
  durable: boolean;
  secrets: StackSecrets;
  external: ExternalStores;
  links: StoreLinks;
  shortLivedBrokers: boolean;
  kafkaSettings: Readonly<Record<string, string>>;
  onProgress: ProgressListener;
  /** Takes charge of a process: whatever happens later, it will be stopped. */
  adopt(plan: UnitPlan): Promise<Unit>;
}

/** The stores as the services reach them, through links where there are any. */
export interface Backings {
  kafka: { brokers: readonly string[]; mechanism: string; tls: boolean };
  /** Where the brokers themselves listen. */
  brokers: readonly string[];
  /** The principal of a service; null on a cluster without authentication. */
  kafkaUser(
    name: LocalService | typeof operatorUser | typeof adminUser,
  ): { username: string; password: string } | null;
  postgresUrl: string;
  serviceDatabase(service: LocalService): string | null;
  redisUrl: string | null;
}

/** Starts or finds Kafka, PostgreSQL and Redis, side by side, and makes topics, rights, roles and schemas. */
export async function startBackings(plan: BackingsPlan): Promise<Backings> {
  const results = await Promise.allSettled([
    startKafkaStep(plan),
    startPostgresStep(plan),
    startRedisStep(plan),
  ]);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  const [kafka, postgres, redis] = results;
  if (kafka.status === 'rejected' || postgres.status === 'rejected' || redis.status === 'rejected') {
    throw new Error('a store did not start');
  }
  const passwords = databaseServices.map(
    (service) => [service, plan.secrets.postgres[service] ?? ''] as const,
  );
  const adminUrl = postgres.value;
  await step(
    plan.onProgress,
    'database roles and schemas',
    () => provisionRoles(adminUrl, Object.fromEntries(passwords)),
    () => databaseServices.join(', '),
  );
  await step(
    plan.onProgress,
    'topics and access rights',
    () => provision(plan, kafka.value),
    describeProvisioned,
  );
  const { external, links } = plan;
  const servicesReach =
    links.kafka.length === 0
      ? kafka.value
      : { ...kafka.value, brokers: links.kafka.map(({ advertisedPort }) => `127.0.0.1:${advertisedPort}`) };
  const databaseUrl = links.postgresPort === undefined ? adminUrl : atPort(adminUrl, links.postgresPort);
  return {
    kafka: servicesReach,
    brokers: kafka.value.brokers,
    kafkaUser(name) {
      if (external.kafka === undefined) return { username: name, password: plan.secrets.kafka[name] ?? '' };
      const { username, password } = external.kafka;
      return username === null ? null : { username, password: password ?? '' };
    },
    postgresUrl: adminUrl,
    serviceDatabase: (service) =>
      databaseServices.includes(service)
        ? roleUrl(databaseUrl, service, plan.secrets.postgres[service] ?? '')
        : null,
    redisUrl: redis.value,
  };
}

type ReachableKafka = Backings['kafka'];

async function startKafkaStep(plan: BackingsPlan): Promise<ReachableKafka> {
  const { external, secrets, ports, brokers } = plan;
  if (external.kafka !== undefined) {
    const { brokers: given, mechanism, tls } = external.kafka;
    plan.onProgress({ what: 'step', name: 'Kafka', detail: `KAFKA_BROKERS: ${given.join(', ')}`, ms: 0 });
    return { brokers: given, mechanism, tls };
  }
  return await step(
    plan.onProgress,
    'Kafka',
    async () => {
      const { running, units } = await provideKafka({
        dataDir: `${plan.dataDir}/kafka`,
        brokers,
        ports: ports.kafka,
        controllerPorts: ports.kafkaControllers,
        detours: plan.links.kafka,
        overrides: plan.kafkaSettings,
        shortLived: plan.shortLivedBrokers,
        users: Object.entries(secrets.kafka).map(([name, password]) => ({
          name,
          password,
          superUser: name === adminUser,
        })),
        onProgress: (text) => plan.onProgress({ what: 'note', text: { en: text, fr: text } }),
      });
      for (const unit of units) await plan.adopt(unit);
      return { brokers: running.brokers, mechanism: 'plain', tls: false };
    },
    (kafka) => kafka.brokers.join(', '),
  );
}

async function startPostgresStep(plan: BackingsPlan): Promise<string> {
  const { external } = plan;
  if (external.postgresUrl !== undefined) {
    plan.onProgress({
      what: 'step',
      name: 'PostgreSQL',
      detail: `POSTGRES_URL: ${hostOf(external.postgresUrl)}`,
      ms: 0,
    });
    return external.postgresUrl;
  }
  return await step(
    plan.onProgress,
    'PostgreSQL',
    async () => {
      const { adminUrl, unit } = await providePostgres({
        dataDir: `${plan.dataDir}/postgres`,
        port: plan.ports.postgres,
        password: plan.secrets.postgres.postgres ?? '',
        durable: plan.durable,
        onProgress: (text) => plan.onProgress({ what: 'note', text: { en: text, fr: text } }),
      });
      await plan.adopt(unit);
      return adminUrl;
    },
    hostOf,
  );
}

async function startRedisStep(plan: BackingsPlan): Promise<string | null> {
  const { external } = plan;
  if (external.redisUrl !== undefined) {
    plan.onProgress({
      what: 'step',
      name: 'Redis',
      detail: `REDIS_URL: ${hostOf(external.redisUrl)}`,
      ms: 0,
    });
    return external.redisUrl;
  }
  return await step(
    plan.onProgress,
    'Redis',
    async () => {
      const provided = await provideRedis({
        dataDir: `${plan.dataDir}/redis`,
        port: plan.ports.redis,
        password: plan.secrets.redis,
        onProgress: (text) => plan.onProgress({ what: 'note', text: { en: text, fr: text } }),
      });
      if (provided === undefined) {
        plan.onProgress({ what: 'trouble', text: withoutRedis });
        return null;
      }
      await plan.adopt(provided.unit);
      return provided.url;
    },
    (url) => (url === null ? '-' : hostOf(url)),
  );
}

const withoutRedis = {
  en:
    'no Redis (not on the PATH, no Docker): everything works, but retries are answered more slowly, rate ' +
    'limits hold per process, and mailbox replicas learn of one another’s deliveries by polling',
  fr:
    'pas de Redis (ni dans le PATH, ni Docker) : tout fonctionne, mais les réémissions sont plus lentes, ' +
    'les limites de débit valent par processus, et les mailbox s’informent entre elles par scrutation',
};

async function provision(plan: BackingsPlan, kafka: ReachableKafka): Promise<{ createdTopics: string[] }> {
  const { external, secrets } = plan;
  const admin = external.kafka ?? { username: adminUser, password: secrets.kafka[adminUser] ?? '' };
  const settings: KafkaSettings = {
    brokers: kafka.brokers,
    clientId: 'chappe-local',
    topicPrefix: '',
    tls: kafka.tls,
    ...(admin.username === null
      ? {}
      : {
          username: admin.username,
          password: admin.password ?? '',
          mechanism: mechanismOf(kafka.mechanism),
        }),
  };
  const principals = Object.fromEntries(
    serviceNames.map((name): [ServiceName, string] => [name, external.kafka?.username ?? name]),
  ) as Record<ServiceName, string>;
  const replication = external.kafka === undefined ? plan.brokers : Math.min(3, kafka.brokers.length);
  const minInsyncReplicas = Math.min(2, replication);
  return await provisionTopics(settings, {
    replication,
    minInsyncReplicas,
    principals,
    readers: [operatorUser],
  });
}

function mechanismOf(text: string): NonNullable<KafkaSettings['mechanism']> {
  return text === 'scram-sha-256' || text === 'scram-sha-512' ? text : 'plain';
}

function describeProvisioned({ createdTopics }: { createdTopics: string[] }): string {
  return createdTopics.length === 0 ? 'all there' : `${createdTopics.length} topics made`;
}

function atPort(url: string, port: number): string {
  const moved = new URL(url);
  moved.port = String(port);
  return moved.href;
}

/** A URL as it may be shown: without user and password. */
function hostOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}
