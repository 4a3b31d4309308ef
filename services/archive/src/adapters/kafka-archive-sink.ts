import {
  createSink,
  decodeRecord,
  type KafkaSettings,
  type Log,
  type Sink,
  type SinkMetrics,
  type Slice,
} from '@chappe/kafka';
import { advanceOffset, type Client, inTransaction, type Pool, readOffset } from '@chappe/postgres';
import {
  auditTopic,
  decisionTopic,
  lanes,
  messageTopic,
  type RecordByName,
  receiptTopic,
} from '@chappe/schemas';
import {
  keepAuditEntries,
  keepDecisions,
  keepMessages,
  keepReceipts,
  type Stored,
} from './postgres-apply-slice.ts';
import type { OnAltered } from './postgres-index-readable.ts';

const group = 'archive';
const laneOfTopic = new Map<string, string>(lanes.map((lane) => [messageTopic(lane), lane]));
const topics = [...laneOfTopic.keys(), decisionTopic, receiptTopic, auditTopic];

/** What the archive's sink is made of. */
export interface ArchiveSinkOptions {
  readonly pool: Pool;
  readonly log: Log;
  readonly metrics: SinkMetrics;
  readonly onAltered: OnAltered;
  readonly sessionTimeoutMs: number;
}

/** Reads everything that is to be kept: rows and offset in one transaction per slice. */
export function createArchiveSink(settings: KafkaSettings, options: ArchiveSinkOptions): Sink {
  return createSink(settings, {
    group,
    topics,
    log: options.log,
    sessionTimeoutMs: options.sessionTimeoutMs,
    metrics: options.metrics,
    readOffset: (topic, partition, logStart) =>
      readOffset(options.pool, { group, topic, partition, logStart }),
    apply: (slice) =>
      inTransaction(options.pool, async (client) => {
        if (slice.records.length > 0) await keep(client, slice, options.onAltered);
        const { topic, partition, first, after } = slice;
        await advanceOffset(client, { group, topic, partition, first, after });
      }),
  });
}

async function keep(client: Client, slice: Slice, onAltered: OnAltered): Promise<void> {
  const lane = laneOfTopic.get(slice.topic);
  if (lane !== undefined) await keepMessages(client, decoded('Message', slice), lane, onAltered);
  else if (slice.topic === decisionTopic) await keepDecisions(client, decoded('Decision', slice), onAltered);
  else if (slice.topic === receiptTopic) await keepReceipts(client, decoded('Receipt', slice));
  else await keepAuditEntries(client, decoded('AuditEntry', slice));
}

function decoded<N extends keyof RecordByName>(record: N, slice: Slice): Stored<RecordByName[N]>[] {
  return slice.records.map((incoming) => ({ value: decodeRecord(record, incoming), bytes: incoming.value }));
}
