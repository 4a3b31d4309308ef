import { sha256 } from '@noble/hashes/sha2.js';

/** A SHA-256 that is fed piece by piece, which the Web Cryptography API cannot do. */
export function createDigest(): { update(bytes: Uint8Array): unknown; hexadecimal(): string } {
  const hash = sha256.create();
  return {
    update: (bytes) => hash.update(bytes),
    hexadecimal: () => [...hash.digest()].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

/** The SHA-256 of a file, which is never in memory as a whole. */
export async function digestOf(
  content: Blob,
  signal: AbortSignal | undefined,
  onProgress: (doneBytes: number) => void,
): Promise<string> {
  const digest = createDigest();
  let doneBytes = 0;
  const reader = content.stream().getReader();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) return digest.hexadecimal();
      digest.update(value);
      doneBytes += value.length;
      onProgress(doneBytes);
    }
  } finally {
    await reader.cancel();
  }
}
