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
    apply: (slice) => apply(options, applicationOf(slice)),
  });
}

/** Brings back what the sink gave up: the same rows, without the offset. */
export function createArchiveReplays(options: Pick<ArchiveSinkOptions, 'pool' | 'onAltered'>): ReplaySource {
  return { group, apply: (records) => apply(options, records) };
}

async function apply(
  { pool, onAltered }: Pick<ArchiveSinkOptions, 'pool' | 'onAltered'>,
  applied: RecordsToApply,
): Promise<void> {
  const { topic, partition, move } = applied;
  await inTransaction(pool, async (client) => {
    if (applied.records.length > 0) await keep(client, applied, onAltered);
    if (move !== null) await advanceOffset(client, { group, topic, partition, ...move });
  });
}

async function keep(client: Client, slice: RecordsToApply, onAltered: OnAltered): Promise<void> {
  const lane = laneOfTopic.get(slice.topic);
  if (lane !== undefined) await keepMessages(client, decoded('Message', slice), lane, onAltered);
  else if (slice.topic === decisionTopic) await keepDecisions(client, decoded('Decision', slice), onAltered);
  else if (slice.topic === receiptTopic) await keepReceipts(client, decoded('Receipt', slice));
  else await keepAuditEntries(client, decoded('AuditEntry', slice));
}

function decoded<N extends keyof RecordByName>(record: N, slice: RecordsToApply): Stored<RecordByName[N]>[] {
  return slice.records.map((incoming) => ({ value: decodeRecord(record, incoming), bytes: incoming.value }));
}
