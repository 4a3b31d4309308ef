/** Anything that has a number in one inbox, and a size. */
export interface Numbered {
  readonly number: number;
  readonly sizeBytes: number;
}

/** How much a window may hold. */
export interface WindowLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
}

/** What became of items that were offered to a window. */
export type Admission<T> =
  | { readonly status: 'appended'; readonly items: readonly T[] }
  | { readonly status: 'known' }
  | { readonly status: 'gap'; readonly after: number };

/**
 * The most recent items of one inbox, contiguous up to `head`. It is what makes a stream's cut-over
 * from replay to live safe: a reader may join the live flow exactly when everything after its own
 * position is still in the window.
 */
export class LiveWindow<T extends Numbered> {
  #items: T[] = [];
  #bytes = 0;
  #head: number;
  readonly #limits: WindowLimits;

  constructor(head: number, limits: WindowLimits) {
    this.#head = head;
    this.#limits = limits;
  }

  /** The highest number that this replica knows to be committed. */
  get head(): number {
    return this.#head;
  }

  /**
   * Takes items in ascending order. Those already known are ignored; if the next one is not
   * `head + 1`, nothing is taken: somebody else committed the numbers between, and the store, where
   * numbers are committed in order, has to be read after `head`.
   */
  offer(items: readonly T[]): Admission<T> {
    const fresh = items.filter((item) => item.number > this.#head);
    if (fresh.length === 0) return { status: 'known' };
    let expected = this.#head;
    for (const item of fresh) {
      expected += 1;
      if (item.number !== expected) return { status: 'gap', after: this.#head };
    }
    for (const item of fresh) {
      this.#items.push(item);
      this.#bytes += item.sizeBytes;
    }
    this.#head = expected;
    this.#forget();
    return { status: 'appended', items: fresh };
  }

  /** Whether a reader at `position` misses nothing by joining the live flow now. */
  covers(position: number): boolean {
    return position >= this.#head - this.#items.length;
  }

  /** The items after `position`; only meaningful when `covers(position)`. */
  after(position: number): readonly T[] {
    const missing = Math.min(this.#items.length, Math.max(0, this.#head - position));
    return this.#items.slice(this.#items.length - missing);
  }

  #forget(): void {
    let dropped = 0;
    while (
      dropped < this.#items.length &&
      (this.#items.length - dropped > this.#limits.maxItems || this.#bytes > this.#limits.maxBytes)
    ) {
      this.#bytes -= this.#items[dropped]?.sizeBytes ?? 0;
      dropped += 1;
    }
    if (dropped > 0) this.#items.splice(0, dropped);
  }
}
