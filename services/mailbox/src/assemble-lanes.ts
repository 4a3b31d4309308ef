import {
  applicationOf,
  createSink,
  type KafkaSettings,
  type Log,
  type ReplaySource,
  type Sink,
  type SinkMetrics,
} from '@chappe/kafka';
import { type Pool, readOffset } from '@chappe/postgres';
import { deliveryTopic, lanes } from '@chappe/schemas';
import {
  type CorrespondentsAt,
  createDeliveryHandler,
  type OwedBySlice,
} from './adapters/kafka-deliveries.ts';
import { createApplySlice } from './adapters/postgres-apply-slice.ts';
import { createNoteSaid, notingWhatIsSaid } from './adapters/postgres-note-said.ts';
import type { MailboxConfig } from './config.ts';
import type { InboxItem } from './domain/inbox-item.ts';
import type { MailboxOverrides } from './mailbox-overrides.ts';

/** The three lanes of deliveries, each with a consumer and a group of its own. */
export interface AssembledLanes {
  readonly sinks: readonly Sink[];
  /** Bring back what the sinks gave up. */
  readonly replays: readonly (ReplaySource & { readonly group: string })[];
}

/** Joins the consumers of deliveries to the store; what they committed goes to `onCommitted`. */
export function assembleLanes(
  config: MailboxConfig,
  parts: {
    kafka: KafkaSettings;
    pool: Pool;
    correspondentsAt: CorrespondentsAt;
    owedBy: OwedBySlice;
    overrides: MailboxOverrides;
    onCommitted(items: readonly InboxItem[]): void;
    /** What was committed bears on other messages of these threads; must not throw. */
    onSaid(threadIds: readonly string[]): void;
    onFailure(error: Error): void;
    metrics: SinkMetrics;
    log: Log;
    nowMs(): number;
  },
): AssembledLanes {
  const { kafka, pool, correspondentsAt, owedBy, overrides, onCommitted, metrics, log, nowMs } = parts;
  const plainNote = createNoteSaid(pool);
  const noteSaid = overrides.wrapNoteSaid?.(plainNote) ?? plainNote;
  const plainApply = notingWhatIsSaid(createApplySlice(pool), noteSaid, parts.onSaid);
  const applySlice = overrides.wrapApplySlice?.(plainApply) ?? plainApply;
  const replays = lanes.map((lane) => {
    const group = `mailbox.${lane}`;
    const apply = createDeliveryHandler({ group, correspondentsAt, applySlice, owedBy, onCommitted, nowMs });
    return { lane, group, apply };
  });
  const sinks = replays.map(({ lane, group, apply }) => {
    const sink = createSink(kafka, {
      group,
      topics: [deliveryTopic(lane)],
      apply: (slice) => apply(applicationOf(slice)),
      readOffset: (topic, partition, logStart) => readOffset(pool, { group, topic, partition, logStart }),
      maxSliceRecords: config.SLICE_MAX_RECORDS,
      sessionTimeoutMs: config.SINK_SESSION_TIMEOUT_MS,
      ...(overrides.deadLetters === undefined ? {} : { deadLetters: overrides.deadLetters }),
      log,
      metrics,
    });
    sink.onFailure(parts.onFailure);
    return sink;
  });
  return { sinks, replays };
}
