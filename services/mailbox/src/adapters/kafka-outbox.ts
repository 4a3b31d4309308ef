import { type LaneProducer, publishAll } from '@chappe/kafka';
import type { StoredOutboxRow } from '@chappe/postgres';

/** Publishes outbox rows; resolves only once the brokers have acknowledged all of them. */
export function createOutboxPublisher(
  producer: Pick<LaneProducer, 'send'>,
): (rows: readonly StoredOutboxRow[]) => Promise<void> {
  return (rows) =>
    publishAll(
      producer,
      rows.map(({ topic, key, value, headers }) => ({ topic, key, value, headers })),
    );
}
