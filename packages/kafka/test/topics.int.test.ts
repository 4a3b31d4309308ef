import { serviceNames, topics } from '@chappe/schemas';
import { type TestKafka, testKafka } from '@chappe/testing';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disconnectQuietly } from '../src/disconnect-quietly.ts';
import { failureCode } from '../src/failure-code.ts';
import { clientRetry, openClient } from '../src/open-client.ts';
import { checkTopics, TopicDifferences } from '../src/topics/check-topics.ts';
import { type ProvisionOptions, provisionTopics } from '../src/topics/provision-topics.ts';
import { recordingLog } from './read-topic.ts';

const topicConfig = 2;
let kafka: TestKafka;
let admin: Admin;
let options: ProvisionOptions;

beforeAll(async () => {
  kafka = await testKafka({
    provision: (settings, given) => {
      options = given;
      return provisionTopics(settings, given);
    },
  });
  admin = openClient(kafka.admin, { log: recordingLog() }).admin();
  await admin.connect();
});

afterAll(() => admin.disconnect());

const alter = (name: string, values: Record<string, string>) =>
  admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: topicConfig,
        name: kafka.topicPrefix + name,
        configEntries: Object.entries(values).map(([key, value]) => ({ name: key, value })),
      },
    ],
  });

describe('provisionTopics', () => {
  it('makes what every service then finds with its own rights', async () => {
    for (const service of serviceNames) await checkTopics(kafka.settings(service), service);
    const existing = (await admin.listTopics()).filter((name) => name.startsWith(kafka.topicPrefix));
    expect(existing).toHaveLength(topics.length);
  });

  it('changes nothing when it runs again', async () => {
    expect(await provisionTopics(kafka.admin, options)).toEqual({ createdTopics: [], alteredTopics: [] });
  });

  it('brings a setting back that somebody changed', async () => {
    await alter('receipt.v1', { 'message.timestamp.type': 'CreateTime' });
    await expect(checkTopics(kafka.settings('mailbox'), 'mailbox')).rejects.toThrow('message.timestamp.type');
    const again = await provisionTopics(kafka.admin, options);
    expect(again.alteredTopics).toEqual([`${kafka.topicPrefix}receipt.v1`]);
    await checkTopics(kafka.settings('mailbox'), 'mailbox');
  });
});

describe('checkTopics', () => {
  it('names every difference at once', async () => {
    const other = await testKafka();
    const partly = openClient(other.admin, { log: recordingLog() }).admin();
    await partly.connect();
    await partly.createTopics({
      topics: [
        {
          topic: `${other.topicPrefix}decision.v1`,
          numPartitions: 1,
          configEntries: [{ name: 'retention.ms', value: '60000' }],
        },
      ],
    });
    await partly.disconnect();
    const error = await checkTopics(other.admin, 'monitor', { replication: 3 }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(TopicDifferences);
    const differences = error instanceof TopicDifferences ? error.differences.join('\n') : '';
    for (const part of [
      'receipt.v1 does not exist',
      'directory.v1 does not exist',
      'decision.v1 has partitions 1 instead of 3',
      'decision.v1 has replication 1 instead of at least 3',
      'decision.v1 has retention.ms 60000',
      'decision.v1 has message.timestamp.type CreateTime instead of LogAppendTime',
    ]) {
      expect(differences).toContain(part);
    }
  });

  it('tells a principal without rights that it may not look', async () => {
    const error = await checkTopics(kafka.settings('stranger'), 'ingest').catch((caught: unknown) => caught);
    const differences = error instanceof TopicDifferences ? error.differences : [];
    expect(differences.length).toBeGreaterThan(0);
    expect(differences.every((text) => text.includes('may not be described'))).toBe(true);
  });
});

describe('access', () => {
  // The first group of a new broker meets these; kafkajs starts its consumer again.
  const stillStarting = new Set([
    'GROUP_LOAD_IN_PROGRESS',
    'NOT_COORDINATOR_FOR_GROUP',
    'GROUP_COORDINATOR_NOT_AVAILABLE',
  ]);
  // Without the right to a group, its coordinator is not told.
  const denied = /not authorized|find group coordinator/i;
  const readable = async (principal: 'mailbox' | 'archive' | 'stranger', name: string, groupId: string) => {
    const consumer = openClient(kafka.settings(principal), { log: recordingLog() }).consumer({
      groupId: kafka.topicPrefix + groupId,
      retry: { ...clientRetry },
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic: kafka.topicPrefix + name });
      await new Promise<void>((resolve, reject) => {
        consumer.on(consumer.events.GROUP_JOIN, () => resolve());
        consumer.on(consumer.events.CRASH, ({ payload }) => {
          if (!stillStarting.has(failureCode(payload.error))) reject(payload.error);
        });
        consumer.run({ eachBatch: async () => undefined }).catch(reject);
      });
      return 'joined';
    } catch (error) {
      return error instanceof Error ? error.message : 'failed';
    } finally {
      await disconnectQuietly(consumer, recordingLog());
    }
  };

  it('lets a service read its own topics in its own groups, and no other', async () => {
    expect(await readable('mailbox', 'delivery.flash.v1', 'mailbox.flash')).toBe('joined');
    expect(await readable('mailbox', 'delivery.flash.v1', 'archive')).toMatch(denied);
    expect(await readable('mailbox', 'message.flash.v1', 'mailbox.flash')).toMatch(denied);
    expect(await readable('stranger', 'directory.v1', 'mailbox.directory.x')).toMatch(denied);
  });

  it('lets each replica have a directory group of its own, under its service only', async () => {
    expect(await readable('archive', 'directory.v1', 'archive.directory.replica-7')).toBe('joined');
    expect(await readable('archive', 'directory.v1', 'mailbox.directory.replica-7')).toMatch(denied);
  });
});
