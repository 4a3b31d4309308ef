import type { Message } from 'kafkajs';
import type { OutgoingRecord, SendOutcome } from './record.ts';

/** One call of `send`: its records share one fate. */
export interface Submission {
  readonly records: number;
  readonly deadlineMs: number;
  unacknowledged: number;
  /** Some record of it was given to the client, so it may have been written. */
  handed: boolean;
  settled: boolean;
  resolve(outcome: SendOutcome): void;
}

/** A record that waits or is in flight. `topic` carries the prefix. */
export interface QueuedRecord {
  readonly topic: string;
  readonly message: Message & { key: Buffer };
  readonly bytes: number;
  readonly submission: Submission;
}

/** What a record of Kafka's format needs beside key, value and headers, generously. */
const recordOverheadBytes = 90;

/** What a record will take in a batch. */
export function recordBytes(record: OutgoingRecord, keyBytes: number): number {
  let bytes = recordOverheadBytes + keyBytes + record.value.length;
  for (const name in record.headers) {
    const value = record.headers[name];
    // A text of n characters has at most 3n bytes.
    if (typeof value === 'string') bytes += name.length * 3 + value.length * 3 + 10;
    else if (Buffer.isBuffer(value)) bytes += name.length * 3 + value.length + 10;
    else for (const part of value ?? []) bytes += name.length * 3 + part.length + 10;
  }
  return bytes;
}

/** Records in the order of `send`, with the bytes of all that are not settled, in flight included. */
export class RecordQueue {
  #records: QueuedRecord[] = [];
  #head = 0;
  bytes = 0;
  /** Records that wait or are in flight. */
  held = 0;

  add(record: QueuedRecord): void {
    this.#records.push(record);
    this.bytes += record.bytes;
    this.held += 1;
  }

  get waiting(): number {
    return this.#records.length - this.#head;
  }

  /** Takes records up to `maxBytes`, at least one if any waits; leaves out what is settled already. */
  take(maxBytes: number): QueuedRecord[] {
    const batch: QueuedRecord[] = [];
    let bytes = 0;
    while (this.#head < this.#records.length) {
      const record = this.#records[this.#head];
      if (record === undefined) break;
      if (record.submission.settled) {
        this.release(record);
      } else {
        if (batch.length > 0 && bytes + record.bytes > maxBytes) break;
        batch.push(record);
        bytes += record.bytes;
      }
      this.#head += 1;
    }
    this.#compact();
    return batch;
  }

  /** Gives back the room of a record that was taken and is now settled. */
  release(record: QueuedRecord): void {
    this.bytes -= record.bytes;
    this.held -= 1;
  }

  /** The records that wait, oldest first. */
  *waitingRecords(): IterableIterator<QueuedRecord> {
    for (let at = this.#head; at < this.#records.length; at += 1) {
      const record = this.#records[at];
      if (record !== undefined) yield record;
    }
  }

  #compact(): void {
    if (this.#head === this.#records.length) {
      this.#records = [];
      this.#head = 0;
    } else if (this.#head > 4_096) {
      this.#records = this.#records.slice(this.#head);
      this.#head = 0;
    }
  }
}
