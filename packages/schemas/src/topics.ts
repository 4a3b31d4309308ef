import { type Lane, lanes } from './lanes.ts';
import type { RecordName } from './record-names.ts';

/** The services, by the name of their principal. */
export const serviceNames = [
  'ingest',
  'router',
  'mailbox',
  'archive',
  'directory',
  'correlator',
  'monitor',
  'console',
] as const;

/** A service, by the name of its principal. */
export type ServiceName = (typeof serviceNames)[number];

export type MessageTopic = `message.${Lane}.v1`;
export type DeliveryTopic = `delivery.${Lane}.v1`;
export type DeadLetterTopic = `${string}.dlq.v1`;
export type FeedTopic = `feed.${string}.v1`;

/** Name of a topic, without the prefix of a deployment. Only the major version stands in it. */
export type TopicName =
  | MessageTopic
  | DeliveryTopic
  | 'decision.v1'
  | 'receipt.v1'
  | 'audit.v1'
  | 'directory.v1'
  | DeadLetterTopic
  | FeedTopic;

/** One row of the topic table. Topics, their settings and the brokers' access lists are made from it. */
export interface TopicDefinition {
  readonly name: TopicName;
  /** What the record key is. */
  readonly key: string;
  /** The record it carries; null for dead letters, which keep the original bytes. */
  readonly record: RecordName | null;
  readonly writers: readonly ServiceName[];
  readonly readers: readonly ServiceName[];
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
  readonly compacted?: boolean;
  readonly lane?: Lane;
}

/** A consumer group and the topics it reads. */
export interface GroupDefinition {
  readonly service: ServiceName;
  readonly group: string;
  readonly topics: readonly TopicName[];
}

export const decisionTopic = 'decision.v1';
export const receiptTopic = 'receipt.v1';
export const auditTopic = 'audit.v1';
export const directoryTopic = 'directory.v1';

/** Topic of the messages of a lane. */
export function messageTopic(lane: Lane): MessageTopic {
  return `message.${lane}.v1`;
}

/** Topic of the deliveries of a lane. */
export function deliveryTopic(lane: Lane): DeliveryTopic {
  return `delivery.${lane}.v1`;
}

/** Topic of a group's dead letters. */
export function deadLetterTopic(group: string): DeadLetterTopic {
  return `${group}.dlq.v1`;
}

/** Topic of a correspondent's own feed, for those that asked for one: `post:DJ` reads `feed.post-DJ.v1`. */
export function feedTopic(correspondent: string): FeedTopic {
  return `feed.${correspondent.replace(':', '-')}.v1`;
}

/** Every replica reads the whole directory in a group of its own; the access list covers this prefix. */
export function directoryGroupPrefix(service: ServiceName): string {
  return `${service}.directory.`;
}

/** A reading of dead letters has a group of its own; the access list covers this prefix. */
export function deadLetterGroupPrefix(service: ServiceName): string {
  return `${service}.dead-letters.`;
}

const mebibyte = 1_048_576;
const retentionMs = 14 * 24 * 3_600_000;
const partitionsOfLane: Readonly<Record<Lane, number>> = { flash: 3, urgent: 3, routine: 6 };

function settings(
  maxMessageBytes: number,
  cleanup: 'delete' | 'compact' = 'delete',
): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': cleanup,
    'max.message.bytes': String(maxMessageBytes),
    'message.timestamp.type': 'LogAppendTime',
    'retention.bytes': '-1',
    'retention.ms': cleanup === 'compact' ? '-1' : String(retentionMs),
    'unclean.leader.election.enable': 'false',
  };
}

const messageTopics: readonly TopicDefinition[] = lanes.map((lane) => ({
  name: messageTopic(lane),
  key: 'threadId',
  record: 'Message',
  writers: ['ingest'],
  readers: ['router', 'archive', 'correlator'],
  partitions: partitionsOfLane[lane],
  config: settings(mebibyte),
  lane,
}));

// A delivery carries a whole variant and its own fields, so its batch must be allowed to be larger.
const deliveryTopics: readonly TopicDefinition[] = lanes.map((lane) => ({
  name: deliveryTopic(lane),
  key: 'correspondent',
  record: 'Delivery',
  writers: ['router'],
  readers: ['mailbox'],
  partitions: partitionsOfLane[lane],
  config: settings(2 * mebibyte),
  lane,
}));

const otherTopics: readonly TopicDefinition[] = [
  {
    name: decisionTopic,
    key: 'messageId',
    record: 'Decision',
    writers: ['router'],
    readers: ['archive', 'monitor', 'router'],
    partitions: 3,
    config: settings(2 * mebibyte),
  },
  {
    name: receiptTopic,
    key: 'messageId',
    record: 'Receipt',
    writers: ['mailbox'],
    readers: ['archive', 'monitor', 'mailbox'],
    partitions: 3,
    config: settings(mebibyte),
  },
  {
    name: auditTopic,
    key: 'subject',
    record: 'AuditEntry',
    writers: ['ingest', 'router', 'mailbox', 'archive', 'directory', 'correlator'],
    readers: ['archive'],
    partitions: 3,
    config: settings(mebibyte),
  },
  {
    name: directoryTopic,
    key: 'release/key',
    record: 'DirectoryRecord',
    writers: ['directory'],
    readers: serviceNames,
    partitions: 1,
    config: settings(mebibyte, 'compact'),
    compacted: true,
  },
];

/** The consumer groups. Router and mailbox have one per lane; the others read all lanes with one. */
export const groups: readonly GroupDefinition[] = [
  ...lanes.map((lane) => ({
    service: 'router' as const,
    group: `router.${lane}`,
    topics: [messageTopic(lane)],
  })),
  ...lanes.map((lane) => ({
    service: 'mailbox' as const,
    group: `mailbox.${lane}`,
    topics: [deliveryTopic(lane)],
  })),
  {
    service: 'archive',
    group: 'archive',
    topics: [...lanes.map(messageTopic), decisionTopic, receiptTopic, auditTopic],
  },
  { service: 'correlator', group: 'correlator', topics: lanes.map(messageTopic) },
  { service: 'monitor', group: 'monitor', topics: [decisionTopic, receiptTopic] },
];

const deadLetterTopics: readonly TopicDefinition[] = groups.map(({ service, group }) => ({
  name: deadLetterTopic(group),
  key: 'as the original',
  record: null,
  writers: [service],
  readers: service === 'monitor' ? ['monitor'] : [service, 'monitor'],
  partitions: 3,
  config: settings(3 * mebibyte),
}));

/** The topic table. */
export const topics: readonly TopicDefinition[] = [
  ...messageTopics,
  ...deliveryTopics,
  ...otherTopics,
  ...deadLetterTopics,
];

/** The row of a correspondent's feed. Its own system reads it; among the services, only mailbox writes it. */
export function feedTopicDefinition(correspondent: string): TopicDefinition {
  return {
    name: feedTopic(correspondent),
    key: 'threadId',
    record: 'Delivery',
    writers: ['mailbox'],
    readers: [],
    partitions: 1,
    config: settings(2 * mebibyte),
  };
}

/** The row of a topic, or undefined for a name that is not in the table. */
export function topicNamed(name: string): TopicDefinition | undefined {
  return topics.find((topic) => topic.name === name);
}
