export { PauseUntilUpgrade, PoisonRecord, PublicationFailed } from './failures.ts';
export {
  createLaneProducer,
  type LaneProducer,
  type LaneProducerOptions,
  type ProducerHealth,
  type ProducerMetrics,
  publishAll,
  type RefusalReason,
  type SendOutcome,
} from './lane-producer.ts';
export type { Log } from './log.ts';
export {
  headerText,
  type IncomingRecord,
  type OutgoingRecord,
  type RawHeaders,
  type Slice,
} from './record.ts';
export {
  type KafkaEnvironment,
  type KafkaSettings,
  kafkaSettingsFrom,
  kafkaSettingsShape,
} from './settings.ts';
export {
  createSink,
  type PartitionHealth,
  type Sink,
  type SinkHealth,
  type SinkMetrics,
  type SinkOptions,
} from './sink.ts';
