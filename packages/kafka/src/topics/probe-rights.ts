import type { ServiceName } from '@chappe/schemas';
import type { Kafka } from 'kafkajs';
import { z } from 'zod';
import { failureCode } from '../failure-code.ts';
import { type AccessRight, accessList } from './access-list.ts';

/** The requests of kafkajs's own broker object that a probe sends. */
interface Broker {
  produce(request: object): Promise<unknown>;
  fetch(request: object): Promise<unknown>;
  heartbeat(request: object): Promise<unknown>;
}

/** The cluster behind a client, which its public interface does not show. */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  brokerPool: { findConnectedBroker(): Promise<Broker> };
}

const method = z.custom<(...given: unknown[]) => unknown>((value) => typeof value === 'function');
const clusterShape = z.custom<Cluster>(
  (value) =>
    z
      .object({ connect: method, disconnect: method, brokerPool: z.object({ findConnectedBroker: method }) })
      .safeParse(value).success,
);

/** No topic has it, so nothing is written or read; a broker looks at the rights first. */
const partitionThatIsNone = 2_147_483_646;

function openCluster(kafka: Kafka): Cluster {
  const name = 'private:Kafka:createCluster';
  const symbol = Object.getOwnPropertySymbols(kafka).find((each) => each.description === name);
  const create: unknown = symbol === undefined ? undefined : Reflect.get(kafka, symbol);
  if (typeof create !== 'function') throw new Error('kafkajs: its cluster is not where 2.2.4 has it');
  return clusterShape.parse(create({ metadataMaxAge: 60_000, allowAutoTopicCreation: false }));
}

/**
 * Which of its rights a service does not have, asked with its own principal by requests that change nothing: a
 * batch and a fetch for a partition that does not exist, a heartbeat of a member that nobody is.
 */
export async function missingRights(
  kafka: Kafka,
  service: ServiceName,
  topicPrefix: string,
): Promise<string[]> {
  const cluster = openCluster(kafka);
  try {
    await cluster.connect();
    const broker = await cluster.brokerPool.findConnectedBroker();
    const missing: string[] = [];
    for (const right of rightsOf(service, topicPrefix)) {
      if (await isRefused(broker, right)) missing.push(describe(right, topicPrefix));
    }
    return missing;
  } finally {
    await cluster.disconnect();
  }
}

/** DESCRIBE and DESCRIBE_CONFIGS have shown themselves when the topic was compared. */
function rightsOf(service: ServiceName, topicPrefix: string): AccessRight[] {
  return accessList(ownNames, topicPrefix).filter(
    ({ principal, operation }) => principal === `User:${service}` && ['READ', 'WRITE'].includes(operation),
  );
}
const ownNames = {
  ingest: 'ingest',
  router: 'router',
  mailbox: 'mailbox',
  archive: 'archive',
  directory: 'directory',
  correlator: 'correlator',
  monitor: 'monitor',
  console: 'console',
} as const;

function describe({ resourceType, resource, pattern, operation }: AccessRight, topicPrefix: string): string {
  const name = resource.slice(topicPrefix.length) + (pattern === 'PREFIXED' ? '*' : '');
  return `this principal may not ${operation.toLowerCase()} ${resourceType === 'TOPIC' ? '' : 'in group '}${name}`;
}

/** Whether the broker refuses a right, or answers in some other way, which takes the right for granted. */
async function isRefused(broker: Broker, right: AccessRight): Promise<boolean> {
  try {
    await ask(broker, right);
    return false;
  } catch (error) {
    const code = failureCode(error);
    if (code === 'TOPIC_AUTHORIZATION_FAILED' || code === 'GROUP_AUTHORIZATION_FAILED') return true;
    if (answersOfTheEntitled.has(code)) return false;
    throw error;
  }
}

const answersOfTheEntitled = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

function ask(broker: Broker, { resourceType, resource, pattern, operation }: AccessRight): Promise<unknown> {
  if (resourceType === 'GROUP') {
    const groupId = pattern === 'PREFIXED' ? `${resource}probe` : resource;
    return broker.heartbeat({ groupId, groupGenerationId: 0, memberId: 'nobody' });
  }
  const partition = partitionThatIsNone;
  if (operation === 'WRITE') {
    const partitions = [{ partition, firstSequence: 0, messages: [] }];
    return broker.produce({ acks: -1, timeout: 1_000, topicData: [{ topic: resource, partitions }] });
  }
  const partitions = [{ partition, fetchOffset: '0', maxBytes: 1 }];
  return broker.fetch({
    maxWaitTime: 0,
    minBytes: 0,
    maxBytes: 1,
    isolationLevel: 0,
    topics: [{ topic: resource, partitions }],
  });
}
