import { createHash } from 'node:crypto';

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether a text is a UUIDv7 in its one canonical, lower-case form. */
export function isUuidV7(text: string): boolean {
  return uuidV7.test(text);
}

/** The time in a UUIDv7, in milliseconds. */
export function uuidV7TimeMs(id: string): number {
  if (!isUuidV7(id)) throw new TypeError('not a UUIDv7');
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/**
 * The id of a message: a UUIDv8 of the submission's time and of SHA-256(correspondent, submissionId).
 * A retry yields the same id at any replica, and nobody can take another correspondent's.
 */
export function deriveMessageId(correspondent: string, submissionId: string): string {
  uuidV7TimeMs(submissionId);
  const bytes = digestOf(correspondent, submissionId).subarray(0, 16);
  bytes.write(submissionId.slice(0, 8) + submissionId.slice(9, 13), 0, 'hex');
  return formatUuidV8(bytes);
}

/**
 * A submission id, UUIDv7, of a moment and a cause: whoever submits for the same cause does so under the same id, and
 * the message exists once. The moment must not lie ahead of the clock of whoever judges it.
 */
export function deriveSubmissionId(atMs: number, ...cause: string[]): string {
  if (!Number.isSafeInteger(atMs) || atMs < 0 || atMs >= 2 ** 48) throw new TypeError('not a time');
  const bytes = digestOf('submission', ...cause).subarray(0, 16);
  bytes.writeUIntBE(atMs, 0, 6);
  return formatUuid(bytes, 7);
}

/** A UUIDv8 of a namespace and parts: the same for the same cause, wherever it is computed. */
export function deriveId(namespace: string, ...parts: string[]): string {
  return formatUuidV8(digestOf(namespace, ...parts).subarray(0, 16));
}

/** SHA-256 over parts that each carry their length, so that no two lists of parts share their bytes. */
export function digestOf(...parts: string[]): Buffer {
  const hash = createHash('sha256');
  const length = Buffer.alloc(4);
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest();
}

function formatUuidV8(bytes: Buffer): string {
  return formatUuid(bytes, 8);
}

function formatUuid(bytes: Buffer, version: 7 | 8): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
