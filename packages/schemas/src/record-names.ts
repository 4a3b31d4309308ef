import type { RecordByName } from './generated/records.ts';

/** The records that travel on Kafka, each with its own numbered versions. */
export const recordNames = [
  'Message',
  'Decision',
  'Delivery',
  'Receipt',
  'AuditEntry',
  'DirectoryRecord',
] as const;

/** Name of a record that travels on Kafka. */
export type RecordName = (typeof recordNames)[number];

/** The value of a record, by name. */
export type RecordOf<N extends RecordName> = RecordByName[N];
