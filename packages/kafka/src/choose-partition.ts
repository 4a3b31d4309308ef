const multiplier = 0x5bd1e995;
const seed = 0x9747b28c;

/** The hash of Kafka's own clients, so that every producer in any language agrees on a key's partition. */
export function murmur2(key: Buffer): number {
  const length = key.length;
  let hash = seed ^ length;
  const aligned = length & ~3;
  for (let at = 0; at < aligned; at += 4) {
    let word = Math.imul(key.readInt32LE(at), multiplier);
    word = Math.imul(word ^ (word >>> 24), multiplier);
    hash = Math.imul(hash, multiplier) ^ word;
  }
  const rest = length & 3;
  if (rest === 3) hash ^= (key[aligned + 2] ?? 0) << 16;
  if (rest >= 2) hash ^= (key[aligned + 1] ?? 0) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ (key[aligned] ?? 0), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

/** The partition of a key among `partitions`. */
export function choosePartition(key: Buffer, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
