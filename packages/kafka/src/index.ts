export { decodeRecord } from './decode-record.ts';
export { directoryState } from './directory/directory-state.ts';
export {
  type DirectoryReplica,
  type DirectoryReplicaHealth,
  type DirectoryReplicaOptions,
  DirectoryUnavailable,
  openDirectoryReplica,
} from './directory/open-directory-replica.ts';
export { PauseUntilUpgrade, PoisonRecord, PublicationFailed } from './failures.ts';
export {
  createLaneProducer,
  type LaneProducer,
  type LaneProducerOptions,
  type ProducerHealth,
  type ProducerMetrics,
  publishAll,
} from './lane-producer.ts';
export type { Log } from './log.ts';
export { quietTimerLoop } from './quiet-timer.ts';
export {
  applicationOf,
  headerText,
  type IncomingRecord,
  type OutgoingRecord,
  type RawHeaders,
  type RecordsToApply,
  type RefusalReason,
  type SendOutcome,
  type Slice,
} from './record.ts';
export {
  type KafkaEnvironment,
  type KafkaSettings,
  kafkaSettingsFrom,
  kafkaSettingsShape,
} from './settings.ts';
export { createSink } from './sink/create-sink.ts';
export { StoredOffsetOutsideLog } from './sink/log-bounds.ts';
export { type DeadLetterAct, deadLetterAudit } from './sink/replay/dead-letter-audit.ts';
export {
  createDeadLetterDesk,
  type DeadLetterDesk,
  type LetterId,
  type ReplayJournal,
  type ReplayOutcome,
  type ReplayRequest,
  type ReplaySource,
} from './sink/replay/dead-letter-desk.ts';
export type { LetterPage, ShownLetter } from './sink/replay/page-of-letters.ts';
export type { PartitionHealth, Sink, SinkHealth, SinkMetrics, SinkOptions } from './sink/sink-contract.ts';
export { sinkState } from './sink/sink-state.ts';
export { checkTopics, TopicDifferences } from './topics/check-topics.ts';
export { type Provisioned, type ProvisionOptions, provisionTopics } from './topics/provision-topics.ts';
