import {
  applicationOf,
  createSink,
  decodeRecord,
  type KafkaSettings,
  type Log,
  type RecordsToApply,
  type ReplaySource,
  type Sink,
  type SinkMetrics,
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

/** Keeps records and moves the offset of their partition, in one transaction. */
export type KeepRecords = (records: RecordsToApply) => Promise<void>;

/** What the archive's sink is made of. */
export interface ArchiveSinkOptions {
  readonly pool: Pool;
  readonly keep: KeepRecords;
  readonly log: Log;
  readonly metrics: SinkMetrics;
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
    apply: (slice) => options.keep(applicationOf(slice)),
  });
}

/** Brings back what the sink gave up: the same rows, without the offset. */
export function createArchiveReplays(keep: KeepRecords): ReplaySource {
  return { group, apply: keep };
}

/** The archive's way to keep records. */
export function createKeepRecords(options: {
  readonly pool: Pool;
  readonly onAltered: OnAltered;
}): KeepRecords {
  return (applied) =>
    inTransaction(options.pool, async (client) => {
      const { topic, partition, move, records } = applied;
      if (records.length > 0) await keepInTables(client, applied, options.onAltered);
      if (move !== null) await advanceOffset(client, { group, topic, partition, ...move });
    });
}

async function keepInTables(client: Client, slice: RecordsToApply, onAltered: OnAltered): Promise<void> {
  const lane = laneOfTopic.get(slice.topic);
  if (lane !== undefined) await keepMessages(client, decoded('Message', slice), lane, onAltered);
  else if (slice.topic === decisionTopic) await keepDecisions(client, decoded('Decision', slice), onAltered);
  else if (slice.topic === receiptTopic) await keepReceipts(client, decoded('Receipt', slice));
  else await keepAuditEntries(client, decoded('AuditEntry', slice));
}

function decoded<N extends keyof RecordByName>(record: N, slice: RecordsToApply): Stored<RecordByName[N]>[] {
  return slice.records.map((incoming) => ({ value: decodeRecord(record, incoming), bytes: incoming.value }));
}
