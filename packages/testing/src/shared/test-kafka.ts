import { randomBytes } from 'node:crypto';
import { type TestPrincipal, testPrincipals } from './backing-server.ts';
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

/** The shared Kafka as one test file sees it: under a topic prefix of its own. */
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
  const topicPrefix = `t${randomBytes(4).toString('hex')}.`;
  const as = (username: string, password: string): TestKafkaSettings => ({
    brokers: backing.brokers,
    username,
    password,
    mechanism: 'plain',
    tls: false,
    clientId: `test-${username}`,
    topicPrefix,
  });
  const admin = as(backing.admin.username, backing.admin.password);
  await options.provision?.(admin, { replication: 1, minInsyncReplicas: 1, principals: principalNames() });
  return {
    brokers: backing.brokers,
    topicPrefix,
    admin,
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
