import { beforeEach, expect, it } from 'vitest';
import { createPartitionLedger, IncompleteAnswer } from './partition-ledger.ts';

const partitionMetadata = [0, 1, 2].map((partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 1,
  replicas: [1],
  isr: [1],
}));

const ledger = createPartitionLedger();
const partitioner = ledger.createPartitioner();
const choose = (topic: string, key: string) =>
  partitioner({ topic, partitionMetadata, message: { key: Buffer.from(key), value: Buffer.alloc(1) } });

beforeEach(() => ledger.open());

it('accepts an answer that names every partition sent', () => {
  const first = choose('a', 'one');
  const second = choose('b', 'two');
  ledger.settle(
    [
      { topicName: 'a', partition: first, errorCode: 0 },
      { topicName: 'b', partition: second, errorCode: 0 },
    ],
    2,
  );
});

it('refuses an answer without one of the partitions', () => {
  const first = choose('a', 'one');
  choose('b', 'two');
  expect(() => ledger.settle([{ topicName: 'a', partition: first, errorCode: 0 }], 2)).toThrow(
    IncompleteAnswer,
  );
});

it('refuses an error code, no answer at all, and the answer of another topic', () => {
  const partition = choose('a', 'one');
  expect(() => ledger.settle([{ topicName: 'a', partition, errorCode: 19 }], 1)).toThrow(IncompleteAnswer);
  expect(() => ledger.settle(undefined, 1)).toThrow(IncompleteAnswer);
  expect(() => ledger.settle([{ topicName: 'b', partition, errorCode: 0 }], 1)).toThrow(IncompleteAnswer);
});

it('refuses to settle records whose partition it never chose', () => {
  const partition = choose('a', 'one');
  expect(() => ledger.settle([{ topicName: 'a', partition, errorCode: 0 }], 2)).toThrow(IncompleteAnswer);
});

it('forgets the previous attempt', () => {
  choose('a', 'one');
  ledger.open();
  const partition = choose('b', 'two');
  ledger.settle([{ topicName: 'b', partition, errorCode: 0 }], 1);
});
