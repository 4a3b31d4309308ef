import { serviceNames, topics } from '@chappe/schemas';
import { type TestKafka, testKafka } from '@chappe/testing';
import kafkajs, { type Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { disconnectQuietly } from '../src/disconnect-quietly.ts';
import { failureCode } from '../src/failure-code.ts';
import { clientRetry, openClient } from '../src/open-client.ts';
import { kafkaSettingsFrom, kafkaSettingsShape } from '../src/settings.ts';
import { checkTopics, TopicDifferences } from '../src/topics/check-topics.ts';
import { type ProvisionOptions, provisionTopics } from '../src/topics/provision-topics.ts';
import { recordingLog } from './read-topic.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
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
    // A broker takes a setting up after the controller has answered, hence the waits.
    await vi.waitFor(
      () =>
        expect(checkTopics(kafka.settings('mailbox'), 'mailbox')).rejects.toThrow('message.timestamp.type'),
      { timeout: 20_000 },
    );
    const again = await provisionTopics(kafka.admin, options);
    expect(again.alteredTopics).toEqual([`${kafka.topicPrefix}receipt.v1`]);
    await vi.waitFor(() => checkTopics(kafka.settings('mailbox'), 'mailbox'), { timeout: 20_000 });
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

  it('stops a start whose principal lacks a right, and names each', async () => {
    const { topicPrefix } = kafka;
    const denied = [
      {
        resourceType: AclResourceTypes.GROUP,
        resourceName: `${topicPrefix}mailbox.flash`,
        operation: AclOperationTypes.READ,
      },
      {
        resourceType: AclResourceTypes.TOPIC,
        resourceName: `${topicPrefix}receipt.v1`,
        operation: AclOperationTypes.WRITE,
      },
      {
        resourceType: AclResourceTypes.TOPIC,
        resourceName: `${topicPrefix}delivery.urgent.v1`,
        operation: AclOperationTypes.READ,
      },
    ];
    const asRule = (each: (typeof denied)[number]) => ({
      ...each,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      permissionType: AclPermissionTypes.ALLOW,
      principal: 'User:mailbox',
      host: '*',
    });
    await admin.deleteAcls({ filters: denied.map(asRule) });
    const error = await checkTopics(kafka.settings('mailbox'), 'mailbox').catch((caught: unknown) => caught);
    expect(error instanceof TopicDifferences ? error.differences : error).toEqual([
      'this principal may not read delivery.urgent.v1',
      'this principal may not write receipt.v1',
      'this principal may not join group mailbox.flash',
    ]);
    await provisionTopics(kafka.admin, options);
    await checkTopics(kafka.settings('mailbox'), 'mailbox');
  });

  it.each([
    ['unclean.leader.election.enable', 'true'],
    ['retention.bytes', '1000000'],
    ['cleanup.policy', 'compact'],
  ])('stops a start whose topic could lose records by %s', async (setting, value) => {
    await alter('decision.v1', { [setting]: value });
    await expect(checkTopics(kafka.settings('router'), 'router')).rejects.toThrow(
      `decision.v1 has ${setting} ${value}`,
    );
    await provisionTopics(kafka.admin, options);
  });

  it('expects of the cluster what the settings say: in production, three copies of which two have a record', async () => {
    const environment = z.object(kafkaSettingsShape).parse(kafka.environment('monitor'));
    const production = kafkaSettingsFrom(environment, { clientId: 'm', production: true });
    const error = await checkTopics(production, 'monitor').catch((caught: unknown) => caught);
    const differences = error instanceof TopicDifferences ? error.differences.join('\n') : error;
    expect(differences).toContain('decision.v1 has replication 1 instead of at least 3');
    expect(differences).toContain('decision.v1 has min.insync.replicas 1 instead of at least 2');
    await checkTopics(kafkaSettingsFrom(environment, { clientId: 'm', production: false }), 'monitor');
  });

  it('says so at once when it may not sign in', async () => {
    const startedMs = performance.now();
    const wrong = { ...kafka.settings('monitor'), password: 'demo-wrong' };
    await expect(checkTopics(wrong, 'monitor')).rejects.toThrow(/authentication/i);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
  });

  it('tells a principal without rights that it may not look', async () => {
    const error = await checkTopics(kafka.settings('stranger'), 'ingest').catch((caught: unknown) => caught);
    const differences = error instanceof TopicDifferences ? error.differences : [];
    expect(differences.length).toBeGreaterThan(0);
    expect(differences.every((text) => /may not (be described|join|read|write)/.test(text))).toBe(true);
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
