/** Byte strings of many rows in one binary parameter, with where each one lies (from 1, as in SQL). */
export interface PackedBytes {
  readonly bytes: Buffer;
  readonly starts: readonly number[];
  readonly lengths: readonly (number | null)[];
}

/**
 * Packs byte strings for `substring(bytes, start, length)`. An array of bytea would travel as text: twice
 * the size, and parsed character by character on the server.
 */
export function packBytes(parts: readonly (Uint8Array | null)[]): PackedBytes {
  const starts: number[] = [];
  const lengths: (number | null)[] = [];
  let total = 0;
  for (const part of parts) {
    starts.push(total + 1);
    lengths.push(part === null ? null : part.length);
    total += part?.length ?? 0;
  }
  return {
    bytes: Buffer.concat(
      parts.filter((part) => part !== null),
      total,
    ),
    starts,
    lengths,
  };
}
