import { setTimeout as sleep } from 'node:timers/promises';
import { type ServiceName, type TopicDefinition, topics } from '@chappe/schemas';
import kafkajs, { type Admin } from 'kafkajs';
import { answeringFirst } from '../answering-first.ts';
import { backOffMs } from '../back-off.ts';
import { disconnectQuietly } from '../disconnect-quietly.ts';
import { failureCode } from '../failure-code.ts';
import { isKafkaRefusal } from '../kafka-refusal.ts';
import type { Log } from '../log.ts';
import { openClient } from '../open-client.ts';
import type { ExpectedCluster, KafkaSettings } from '../settings.ts';
import { warnSeldom } from '../warn-seldom.ts';
import { compareTopic, type FoundTopic } from './compare-topic.ts';
import { missingRights } from './probe-rights.ts';

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

/** What is expected of the cluster, and how long to wait for it. */
export interface TopicCheckOptions extends ExpectedCluster {
  /** Ends the wait for brokers that are away. */
  signal?: AbortSignal;
  log?: Log;
}

const backOff = { firstMs: 100, maxMs: 5_000 };
/** A broker that has just started may not know every topic and right yet: only what lasts is a difference. */
const believedAfterChecks = 3;
const checkAgainMs = 700;

/**
 * Compares the topics that a service reads or writes with the table, and its rights with the access list, with
 * the service's own principal. Waits for brokers that are away. Throws TopicDifferences, with all of them: a
 * wrong time stamp type or retention loses messages long before anybody looks, and a missing right to a group
 * would only show as a consumer that never joins.
 */
export async function checkTopics(
  settings: KafkaSettings,
  service: ServiceName,
  options: TopicCheckOptions = {},
): Promise<void> {
  const { signal, log = silent } = options;
  const expected = { ...settings.expected, ...options };
  let found = 0;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    let waitMs = checkAgainMs;
    try {
      const differences = await findDifferences(settings, service, expected, log);
      if (differences.length === 0) return;
      found += 1;
      if (found >= believedAfterChecks) throw new TopicDifferences(differences);
    } catch (error) {
      if (error instanceof TopicDifferences || isKafkaRefusal(error)) throw error;
      waitMs = backOffMs(attempt, backOff);
      const code = failureCode(error);
      warnSeldom(log, `check ${code}`, { code, attempt, retryInMs: waitMs }, 'topics cannot be checked yet');
    }
    await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function findDifferences(
  settings: KafkaSettings,
  service: ServiceName,
  expected: ExpectedCluster,
  log: Log,
): Promise<string[]> {
  const { topicPrefix } = settings;
  const used = topics.filter((topic) => topic.readers.includes(service) || topic.writers.includes(service));
  const kafka = openClient(await answeringFirst(settings, log), { log });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const differences: string[] = [];
    for (const topic of used) {
      const found = await describe(admin, topicPrefix + topic.name);
      differences.push(...compareTopic(topic, found, expected));
    }
    return [...differences, ...(await missingRights(kafka, service, topicPrefix))];
  } finally {
    await disconnectQuietly(admin, log);
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
