import type { ICustomPartitioner, RecordMetadata } from 'kafkajs';
import { choosePartition } from './choose-partition.ts';

/** The broker's answer does not name every partition sent: some records may not have been written. */
export class IncompleteAnswer extends Error {
  override readonly name = 'IncompleteAnswer';
  readonly code = 'INCOMPLETE_ANSWER';

  constructor() {
    super('the answer does not name every partition sent');
  }
}

/**
 * Chooses the partitions of a batch and remembers them, so that the answer can be compared with what was sent.
 * kafkajs asks for each record once per attempt, with the metadata that it also sends by.
 */
export interface PartitionLedger {
  createPartitioner: ICustomPartitioner;
  open(): void;
  /** Throws IncompleteAnswer unless `answer` covers, without error, all partitions of `records` records. */
  settle(answer: readonly RecordMetadata[] | undefined, records: number): void;
}

/** Makes the ledger of one producer, which has one batch in flight at most. */
export function createPartitionLedger(): PartitionLedger {
  const sent = new Map<string, Set<number>>();
  let counted = 0;
  return {
    createPartitioner: () => (args) => {
      const { topic, partitionMetadata, message } = args;
      const key = message.key;
      if (!Buffer.isBuffer(key)) throw new Error('a record without a key has no partition');
      const partition = choosePartition(key, partitionMetadata.length);
      counted += 1;
      let partitions = sent.get(topic);
      if (partitions === undefined) {
        partitions = new Set();
        sent.set(topic, partitions);
      }
      partitions.add(partition);
      return partition;
    },
    open() {
      sent.clear();
      counted = 0;
    },
    settle(answer, records) {
      if (counted !== records) throw new IncompleteAnswer();
      for (const [topic, partitions] of sent) {
        for (const partition of partitions) {
          const named = answer?.some(
            (entry) => entry.topicName === topic && entry.partition === partition && entry.errorCode === 0,
          );
          if (named !== true) throw new IncompleteAnswer();
        }
      }
    },
  };
}
