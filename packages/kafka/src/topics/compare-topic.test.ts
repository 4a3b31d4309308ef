import { topicNamed } from '@chappe/schemas';
import { expect, it } from 'vitest';
import { compareTopic, type FoundTopic } from './compare-topic.ts';

const wanted = topicNamed('message.flash.v1');
if (wanted === undefined) throw new Error('the topic table has no message.flash.v1');

const asWanted = (change: Record<string, string> = {}, counts = {}): FoundTopic => ({
  status: 'found',
  partitions: wanted.partitions,
  replication: 3,
  config: new Map(Object.entries({ ...wanted.config, 'min.insync.replicas': '2', ...change })),
  ...counts,
});

it('is silent about a topic as the table wants it', () => {
  expect(compareTopic(wanted, asWanted(), { replication: 3, minInsyncReplicas: 2 })).toEqual([]);
});

it('names every difference at once', () => {
  const found = asWanted(
    { 'message.timestamp.type': 'CreateTime', 'retention.ms': '60000', 'min.insync.replicas': '1' },
    { partitions: 1, replication: 1 },
  );
  const differences = compareTopic(wanted, found, { replication: 3, minInsyncReplicas: 2 });
  for (const what of [
    'message.timestamp.type',
    'retention.ms',
    'min.insync.replicas',
    'partitions',
    'replication',
  ]) {
    expect(differences.filter((text) => text.includes(`has ${what} `))).toHaveLength(1);
  }
  expect(differences).toHaveLength(5);
});

it('tells a missing topic from one that may not be described', () => {
  expect(compareTopic(wanted, { status: 'missing' })).toEqual(['message.flash.v1 does not exist']);
  expect(compareTopic(wanted, { status: 'forbidden' })[0]).toContain('may not be described');
});
