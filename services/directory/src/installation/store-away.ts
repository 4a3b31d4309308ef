/** A store does not answer as it is configured; nothing was lost, and the same may be asked again. */
export class StoreAway extends Error {
  override readonly name = 'StoreAway';
  readonly store: 'PostgreSQL' | 'Kafka';
  /** What is known of the cause: a code, never a value. */
  readonly code: string;

  constructor(store: 'PostgreSQL' | 'Kafka', cause: unknown) {
    super(`${store} does not answer`, { cause });
    this.store = store;
    const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
    this.code = typeof code === 'string' ? code : cause instanceof Error ? cause.name : 'unknown';
  }
}
