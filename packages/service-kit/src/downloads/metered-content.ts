import { Transform, type TransformCallback } from 'node:stream';

/**
 * Content on its way to a reader: counts what the reader has taken, and fails where the store gives more or less than
 * was announced, since a reader could not tell such an answer from a whole one.
 */
export class MeteredContent extends Transform {
  takenBytes = 0;
  readonly #lengthBytes: number;

  constructor(lengthBytes: number) {
    super();
    this.#lengthBytes = lengthBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.takenBytes += chunk.length;
    if (this.takenBytes > this.#lengthBytes) done(new Error('the store gave more than it announced'));
    else done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    const isWhole = this.takenBytes === this.#lengthBytes;
    done(isWhole ? null : new Error('the store gave less than it announced'));
  }
}
