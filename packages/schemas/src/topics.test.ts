import { describe, expect, it } from 'vitest';
import { asyncApiDocument, topicTableMarkdown } from './describe-topics.ts';
import { laneFrom, laneOf, lanes } from './lanes.ts';
import {
  deadLetterTopic,
  deliveryTopic,
  feedTopic,
  feedTopicDefinition,
  groups,
  messageTopic,
  topicNamed,
  topics,
} from './topics.ts';

const day = 24 * 3_600_000;

describe('the topic table', () => {
  it('names every topic once', () => {
    expect(topics.map((topic) => topic.name)).toEqual([...new Set(topics.map((topic) => topic.name))]);
    expect(topics.map((topic) => topic.name).filter((name) => !name.endsWith('.dlq.v1'))).toEqual([
      'message.flash.v1',
      'message.urgent.v1',
      'message.routine.v1',
      'delivery.flash.v1',
      'delivery.urgent.v1',
      'delivery.routine.v1',
      'decision.v1',
      'receipt.v1',
      'audit.v1',
      'directory.v1',
    ]);
  });

  it('lets ingest alone write messages, and router alone write deliveries and decisions', () => {
    for (const lane of lanes) {
      expect(topicNamed(messageTopic(lane))).toMatchObject({
        writers: ['ingest'],
        key: 'threadId',
        record: 'Message',
      });
      expect(topicNamed(deliveryTopic(lane))).toMatchObject({
        writers: ['router'],
        readers: ['mailbox'],
        key: 'correspondent',
      });
    }
    expect(topicNamed('decision.v1')?.writers).toEqual(['router']);
    expect(topicNamed('directory.v1')).toMatchObject({
      writers: ['directory'],
      partitions: 1,
      compacted: true,
    });
  });

  it.each(topics.map((topic) => [topic.name, topic] as const))('%s keeps what it must', (_, topic) => {
    expect(topic.config).toMatchObject({
      'message.timestamp.type': 'LogAppendTime',
      'retention.bytes': '-1',
      'unclean.leader.election.enable': 'false',
      'cleanup.policy': topic.compacted ? 'compact' : 'delete',
      'retention.ms': topic.compacted ? '-1' : String(14 * day),
    });
    expect(topic.partitions).toBe(
      { routine: 6, urgent: 3, flash: 3 }[topic.lane ?? 'flash'] - (topic.compacted ? 2 : 0),
    );
  });

  it('gives a delivery and a dead letter more room than the message inside', () => {
    const room = (name: string): number => Number(topicNamed(name)?.config['max.message.bytes']);
    for (const lane of lanes) expect(room(deliveryTopic(lane))).toBeGreaterThan(room(messageTopic(lane)));
    for (const { group, topics: read } of groups) {
      for (const name of read) expect(room(deadLetterTopic(group))).toBeGreaterThan(room(name));
    }
  });

  it('has one group per lane for router and mailbox, and a dead-letter topic for each group', () => {
    const names = groups.map((group) => group.group);
    expect(names).toEqual(
      expect.arrayContaining(lanes.flatMap((lane) => [`router.${lane}`, `mailbox.${lane}`])),
    );
    for (const { group, service, topics: read } of groups) {
      expect(topicNamed(deadLetterTopic(group))).toMatchObject({ writers: [service], record: null });
      for (const name of read) expect(topicNamed(name)?.readers).toContain(service);
    }
  });

  it('makes a feed for a correspondent, which no service reads', () => {
    expect(feedTopic('post:DJ')).toBe('feed.post-DJ.v1');
    expect(feedTopicDefinition('post:DJ')).toMatchObject({ writers: ['mailbox'], readers: [] });
  });
});

describe('lanes', () => {
  it('follow the urgency, and carry an unknown one as flash', () => {
    expect([laneOf('FLASH'), laneOf('URGENT'), laneOf('ROUTINE'), laneOf('UNKNOWN')]).toEqual([
      'flash',
      'urgent',
      'routine',
      'flash',
    ]);
    expect([laneFrom('routine'), laneFrom('UNKNOWN')]).toEqual(['routine', 'flash']);
  });
});

describe('documents made from the table', () => {
  it('show each topic in one row of Markdown', () => {
    const lines = topicTableMarkdown().trimEnd().split('\n');
    expect(lines).toHaveLength(topics.length + 2);
    expect(lines).toContain(
      '| `message.flash.v1` | threadId | Message | ingest | router, archive, correlator | 3 |',
    );
    expect(lines.every((line) => line.split('|').length === 8)).toBe(true);
  });

  it('describe each topic in AsyncAPI 3, with references that lead somewhere', () => {
    const document = asyncApiDocument();
    expect(document.asyncapi).toBe('3.0.0');
    expect(Object.keys(document.channels)).toEqual(topics.map((topic) => topic.name));
    const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
    expect(references.length).toBeGreaterThan(topics.length);
    for (const reference of references) {
      const [, ...path] = reference.slice('"$ref":"'.length, -1).split('/');
      const target = path.reduce<unknown>((node, name) => Reflect.get(Object(node), name), document);
      expect(target, reference).toBeDefined();
    }
  });

  it('give every writer a send and every reader a receive', () => {
    const operations = Object.values(asyncApiDocument().operations);
    const count = topics.reduce((sum, topic) => sum + topic.writers.length + topic.readers.length, 0);
    expect(operations).toHaveLength(count);
    expect(asyncApiDocument().operations['ingest.send.message.flash.v1']).toMatchObject({
      action: 'send',
      channel: { $ref: '#/channels/message.flash.v1' },
      messages: [{ $ref: '#/channels/message.flash.v1/messages/Message' }],
    });
  });
});
