import { randomBytes } from 'node:crypto';
import type { RunningKafka } from '../kafka/start-kafka.ts';
import { type KafkaBacking, startTestCluster, type TestPrincipal, testPrincipals } from './backing-server.ts';
import { sharedBacking } from './shared-backing.ts';

/** Settings as packages/kafka takes them. */
export interface TestKafkaSettings {
  brokers: string[];
  username: string;
  password: string;
  mechanism: 'plain';
  tls: false;
  clientId: string;
  topicPrefix: string;
}

/** Creates topics and ACLs: `provisionTopics` of packages/kafka, handed in since that depends on us. */
export type ProvisionTopics = (
  admin: TestKafkaSettings,
  options: { replication: number; minInsyncReplicas: number; principals: Record<TestPrincipal, string> },
) => Promise<unknown>;

/** A Kafka as a test file sees it; the shared one under a topic prefix of the file's own. */
export interface TestKafka {
  readonly brokers: string[];
  readonly topicPrefix: string;
  /** A super user. */
  readonly admin: TestKafkaSettings;
  /** As one service, or as `operator` or `stranger`. */
  settings(principal: TestPrincipal): TestKafkaSettings;
  /** The same as environment variables. */
  environment(principal: TestPrincipal): Record<string, string>;
}

/** Connects a test file to the run's Kafka, with the topics and ACLs that `provision` makes. */
export async function testKafka(options: { provision?: ProvisionTopics } = {}): Promise<TestKafka> {
  const backing = await sharedBacking().kafka();
  const kafka = seenFrom(backing, `t${randomBytes(4).toString('hex')}.`);
  await options.provision?.(kafka.admin, {
    replication: 1,
    minInsyncReplicas: 1,
    principals: principalNames(),
  });
  return kafka;
}

/** A Kafka of one test file alone, whose brokers it may kill. */
export interface OwnKafka extends TestKafka {
  readonly cluster: RunningKafka;
  stop(): Promise<void>;
}

/** What to start, and how its topics are made: three copies on three brokers, of which two must have a record. */
export interface OwnKafkaOptions {
  brokers: 1 | 3;
  provision?: ProvisionTopics;
  overrides?: Readonly<Record<string, string>>;
}

/** Starts a Kafka for the test file that calls: only for what breaks brokers, since each takes seconds to start. */
export async function startOwnKafka(options: OwnKafkaOptions): Promise<OwnKafka> {
  const { running, backing } = await startTestCluster({
    brokers: options.brokers,
    heapMb: options.brokers === 1 ? 384 : 256,
    ...(options.overrides === undefined ? {} : { overrides: options.overrides }),
  });
  const kafka = seenFrom(backing, '');
  try {
    await options.provision?.(kafka.admin, {
      replication: options.brokers,
      minInsyncReplicas: options.brokers === 3 ? 2 : 1,
      principals: principalNames(),
    });
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { ...kafka, cluster: running, stop: () => running.stop() };
}

function seenFrom(backing: KafkaBacking, topicPrefix: string): TestKafka {
  const as = (username: string, password: string): TestKafkaSettings => ({
    brokers: backing.brokers,
    username,
    password,
    mechanism: 'plain',
    tls: false,
    clientId: `test-${username}`,
    topicPrefix,
  });
  return {
    brokers: backing.brokers,
    topicPrefix,
    admin: as(backing.admin.username, backing.admin.password),
    settings: (principal) => as(principal, backing.passwords[principal]),
    environment: (principal) => ({
      KAFKA_BROKERS: backing.brokers.join(','),
      KAFKA_USERNAME: principal,
      KAFKA_PASSWORD: backing.passwords[principal],
      KAFKA_MECHANISM: 'plain',
      KAFKA_TLS: 'false',
      KAFKA_TOPIC_PREFIX: topicPrefix,
    }),
  };
}

function principalNames(): Record<TestPrincipal, string> {
  const names: Partial<Record<TestPrincipal, string>> = {};
  for (const principal of testPrincipals) names[principal] = principal;
  return names as Record<TestPrincipal, string>;
}
