import { type ServiceName, type TopicDefinition, topics } from '@chappe/schemas';
import kafkajs, { type Admin } from 'kafkajs';
import { disconnectQuietly } from '../disconnect-quietly.ts';
import { failureCode } from '../failure-code.ts';
import type { Log } from '../log.ts';
import { openClient } from '../open-client.ts';
import type { KafkaSettings } from '../settings.ts';
import { compareTopic, type ExpectedCluster, type FoundTopic } from './compare-topic.ts';

/** The topics are not as the table says; the message names every difference. */
export class TopicDifferences extends Error {
  override readonly name = 'TopicDifferences';
  readonly code = 'TOPIC_DIFFERENCES';
  readonly differences: readonly string[];
  /** Written for operators: names of topics and settings only. */
  readonly loggable = true;

  constructor(differences: readonly string[]) {
    super(`topics differ from the table:\n${differences.map((each) => `- ${each}`).join('\n')}`);
    this.differences = differences;
  }
}

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * Compares the topics that a service reads or writes with the table, with the service's own rights. Throws
 * TopicDifferences: a wrong time stamp type or retention loses messages long before anybody looks.
 */
export async function checkTopics(
  settings: KafkaSettings,
  service: ServiceName,
  expected: ExpectedCluster & { log?: Log } = {},
): Promise<void> {
  const used = topics.filter((topic) => topic.readers.includes(service) || topic.writers.includes(service));
  const admin = openClient(settings, { log: expected.log ?? silent }).admin();
  await admin.connect();
  try {
    const differences: string[] = [];
    for (const topic of used) {
      const found = await describe(admin, settings.topicPrefix + topic.name);
      differences.push(...compareTopic(topic, found, expected));
    }
    if (differences.length > 0) throw new TopicDifferences(differences);
  } finally {
    await disconnectQuietly(admin, expected.log ?? silent);
  }
}

/** One topic at a time: a single missing one would hide all others. */
async function describe(admin: Admin, name: TopicDefinition['name'] | string): Promise<FoundTopic> {
  try {
    const metadata = await admin.fetchTopicMetadata({ topics: [name] });
    const partitions = metadata.topics[0]?.partitions ?? [];
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
    });
    const entries = resources[0]?.configEntries ?? [];
    return {
      status: 'found',
      partitions: partitions.length,
      replication: Math.min(...partitions.map((partition) => partition.replicas.length)),
      config: new Map(entries.map((entry) => [entry.configName, entry.configValue])),
    };
  } catch (error) {
    const code = failureCode(error);
    if (code === 'UNKNOWN_TOPIC_OR_PARTITION') return { status: 'missing' };
    if (code === 'TOPIC_AUTHORIZATION_FAILED') return { status: 'forbidden' };
    throw error;
  }
}
