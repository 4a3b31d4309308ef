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

function openCluster(kafka: Kafka): Cluster {
  const name = 'private:Kafka:createCluster';
  const symbol = Object.getOwnPropertySymbols(kafka).find((each) => each.description === name);
  const create: unknown = symbol === undefined ? undefined : Reflect.get(kafka, symbol);
  if (typeof create !== 'function') throw new Error('kafkajs: its cluster is not where 2.2.4 has it');
  return clusterShape.parse(create({ metadataMaxAge: 60_000, allowAutoTopicCreation: false }));
}

/** One right, without the principal, which is that of the client. */
export type AskedRight = Pick<AccessRight, 'resourceType' | 'resource' | 'pattern'> & {
  operation: 'READ' | 'WRITE';
};

/** Asks a broker what a client's own principal may do. */
export interface RightsProbe {
  /** Whether the broker refuses. */
  isRefused(right: AskedRight): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Opens a probe. It asks by requests that change nothing: a batch and a fetch for a partition that does not
 * exist, a heartbeat of a member that nobody is. A broker looks at the rights before it looks further.
 */
export async function openRightsProbe(kafka: Kafka): Promise<RightsProbe> {
  const cluster = openCluster(kafka);
  await cluster.connect();
  const broker = await cluster.brokerPool.findConnectedBroker();
  return {
    async isRefused(right) {
      try {
        await ask(broker, right);
        return false;
      } catch (error) {
        const code = failureCode(error);
        if (refusals.has(code)) return true;
        if (answersOfTheEntitled.has(code)) return false;
        throw error;
      }
    },
    close: () => cluster.disconnect(),
  };
}

/** Which rights of the access list a service does not have, asked with its own principal. */
export async function missingRights(
  kafka: Kafka,
  service: ServiceName,
  topicPrefix: string,
): Promise<string[]> {
  const probe = await openRightsProbe(kafka);
  try {
    const missing: string[] = [];
    for (const { principal, operation, ...resource } of accessList(ownNames, topicPrefix)) {
      // DESCRIBE and DESCRIBE_CONFIGS have shown themselves when the topic was compared.
      if (principal !== `User:${service}` || (operation !== 'READ' && operation !== 'WRITE')) continue;
      const right = { ...resource, operation };
      if (await probe.isRefused(right)) missing.push(nameOf(right, topicPrefix));
    }
    return missing;
  } finally {
    await probe.close();
  }
}

const ownNames: Readonly<Record<ServiceName, string>> = {
  ingest: 'ingest',
  router: 'router',
  mailbox: 'mailbox',
  archive: 'archive',
  directory: 'directory',
  correlator: 'correlator',
  monitor: 'monitor',
  console: 'console',
};

function nameOf({ resourceType, resource, pattern, operation }: AskedRight, topicPrefix: string): string {
  const name = resource.slice(topicPrefix.length) + (pattern === 'PREFIXED' ? '*' : '');
  const act = resourceType === 'GROUP' ? 'join group' : operation.toLowerCase();
  return `this principal may not ${act} ${name}`;
}

const refusals = new Set(['TOPIC_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED']);
const answersOfTheEntitled = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

/** No topic has it, so nothing is written or read. */
const partition = 2_147_483_646;

function ask(broker: Broker, { resourceType, resource, pattern, operation }: AskedRight): Promise<unknown> {
  if (resourceType === 'GROUP') {
    const groupId = pattern === 'PREFIXED' ? `${resource}probe` : resource;
    return broker.heartbeat({ groupId, groupGenerationId: 0, memberId: 'nobody' });
  }
  if (operation === 'WRITE') {
    const partitions = [{ partition, firstSequence: 0, messages: [] }];
    return broker.produce({ acks: -1, timeout: 1_000, topicData: [{ topic: resource, partitions }] });
  }
  const topics = [{ topic: resource, partitions: [{ partition, fetchOffset: '0', maxBytes: 1 }] }];
  return broker.fetch({ maxWaitTime: 0, minBytes: 0, maxBytes: 1, isolationLevel: 0, topics });
}
