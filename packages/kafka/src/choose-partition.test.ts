import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { choosePartition, murmur2 } from './choose-partition.ts';

/** The reference values of Kafka's own UtilsTest.testMurmur2. */
it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
])('hashes %s as the Java client does', (text, expected) => {
  expect(murmur2(Buffer.from(text))).toBe(expected);
});

it('agrees with the partitioner of kafkajs on every length and on bytes above 127', () => {
  const { DefaultPartitioner } = createRequire(import.meta.url)('kafkajs').Partitioners;
  const partitioner = DefaultPartitioner();
  for (let partitions = 1; partitions <= 7; partitions += 1) {
    const partitionMetadata = Array.from({ length: partitions }, (_, id) => ({ partitionId: id, leader: 1 }));
    for (let length = 1; length <= 40; length += 1) {
      const key = Buffer.from(Array.from({ length }, (_, at) => (at * 89 + length * 37 + partitions) & 0xff));
      const theirs = partitioner({ topic: 't', partitionMetadata, message: { key, value: null } });
      expect(choosePartition(key, partitions)).toBe(theirs);
    }
  }
});
