import { schemaTable } from './codec/schema-table.ts';
import { type RecordName, recordNames } from './record-names.ts';
import { type ServiceName, serviceNames, type TopicDefinition, topics } from './topics.ts';

/** The topic table as Markdown, for the documentation: one row per topic. */
export function topicTableMarkdown(): string {
  const rows = topics.map((topic) => [
    `\`${topic.name}\`${topic.compacted ? ' (compacted)' : ''}`,
    topic.key,
    topic.record ?? 'original bytes',
    topic.writers.join(', '),
    isReadByAll(topic) ? 'all, one group per replica' : topic.readers.join(', '),
    String(topic.partitions),
  ]);
  const head = ['Topic', 'Key', 'Record', 'Written by', 'Read by', 'Partitions'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** A reference inside an AsyncAPI document. */
export interface AsyncApiReference {
  readonly $ref: string;
}

/** One thing that a service does with a topic. */
export interface AsyncApiOperation {
  readonly action: 'send' | 'receive';
  readonly summary: string;
  readonly channel: AsyncApiReference;
  readonly messages?: readonly AsyncApiReference[];
}

/** A topic, as AsyncAPI describes it. */
export interface AsyncApiChannel {
  readonly address: string;
  readonly description: string;
  readonly messages?: Readonly<Record<string, AsyncApiReference>>;
  readonly bindings: {
    readonly kafka: {
      readonly partitions: number;
      readonly topicConfiguration: object;
      readonly bindingVersion: string;
    };
  };
}

/** The parts of an AsyncAPI 3 document that the topic table fills. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly defaultContentType: string;
  readonly channels: Readonly<Record<string, AsyncApiChannel>>;
  readonly operations: Readonly<Record<string, AsyncApiOperation>>;
  readonly components: { readonly messages: Readonly<Record<string, object>> };
}

const kafkaBindingVersion = '0.5.0';
const headerNames = [
  'traceparent',
  'ce_id',
  'ce_source',
  'ce_type',
  'ce_specversion',
  'message-kind',
  'status',
];

/** The AsyncAPI 3 document of the topics: every channel, who sends to it and who receives, with the schemas written. */
export function asyncApiDocument(): AsyncApiDocument {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Chappe topics',
      version: 'v1',
      description:
        'Records are Avro in the Confluent wire format: 0x00, a 4-byte id of the lock file, Avro. Nothing is decided from a header.',
    },
    defaultContentType: 'application/vnd.apache.avro',
    channels: Object.fromEntries(topics.map((topic) => [topic.name, channelOf(topic)])),
    operations: Object.fromEntries(topics.flatMap(operationsOf)),
    components: { messages: Object.fromEntries(recordNames.map((record) => [record, messageOf(record)])) },
  };
}

function channelOf(topic: TopicDefinition): AsyncApiChannel {
  return {
    address: topic.name,
    description: `Key: ${topic.key}. ${topic.record ?? 'The original bytes, with the cause in headers'}.`,
    ...(topic.record === null
      ? {}
      : { messages: { [topic.record]: { $ref: `#/components/messages/${topic.record}` } } }),
    bindings: {
      kafka: {
        partitions: topic.partitions,
        topicConfiguration: topicConfigurationOf(topic),
        bindingVersion: kafkaBindingVersion,
      },
    },
  };
}

// The binding knows these five settings, with its own types for them; the others are Kafka's business.
function topicConfigurationOf({ config }: TopicDefinition): object {
  return {
    'cleanup.policy': config['cleanup.policy']?.split(','),
    'retention.ms': Number(config['retention.ms']),
    'retention.bytes': Number(config['retention.bytes']),
    'max.message.bytes': Number(config['max.message.bytes']),
  };
}

function operationsOf(topic: TopicDefinition): [string, AsyncApiOperation][] {
  const operation = (service: ServiceName, action: 'send' | 'receive'): [string, AsyncApiOperation] => [
    `${service}.${action}.${topic.name}`,
    {
      action,
      summary: `${service} ${action === 'send' ? 'writes' : 'reads'} ${topic.name}`,
      channel: { $ref: `#/channels/${topic.name}` },
      ...(topic.record === null
        ? {}
        : { messages: [{ $ref: `#/channels/${topic.name}/messages/${topic.record}` }] }),
    },
  ];
  return [
    ...topic.writers.map((service) => operation(service, 'send')),
    ...topic.readers.map((service) => operation(service, 'receive')),
  ];
}

function messageOf(record: RecordName): object {
  const version = schemaTable.written(record);
  const schema: unknown = JSON.parse(version.schema);
  return {
    name: record,
    title: `${record} ${version.version}`,
    headers: {
      type: 'object',
      properties: Object.fromEntries(headerNames.map((name) => [name, { type: 'string' }])),
    },
    payload: { schemaFormat: 'application/vnd.apache.avro+json;version=1.9.0', schema },
    bindings: {
      kafka: {
        schemaIdLocation: 'payload',
        schemaIdPayloadEncoding: 'confluent',
        bindingVersion: kafkaBindingVersion,
      },
    },
  };
}

function isReadByAll(topic: TopicDefinition): boolean {
  return topic.readers.length === serviceNames.length;
}
