import { disconnectQuietly } from './disconnect-quietly.ts';
import { isKafkaRefusal } from './kafka-refusal.ts';
import type { Log } from './log.ts';
import { openClient } from './open-client.ts';
import type { KafkaSettings } from './settings.ts';
import { timeBounds } from './time-bounds.ts';

/**
 * The settings with a broker in front that has just answered. kafkajs goes on to the next of its list only when a
 * connection is refused: one that is accepted and never answered, by a broker that is stopped or hangs, is
 * tried again until all attempts are over, half a minute with two healthy brokers beside it.
 */
export async function answeringFirst(settings: KafkaSettings, log: Log): Promise<KafkaSettings> {
  const { brokers } = settings;
  if (brokers.length < 2) return settings;
  try {
    const first = await Promise.any(brokers.map((broker) => greet({ ...settings, brokers: [broker] }, log)));
    return { ...settings, brokers: [first, ...brokers.filter((broker) => broker !== first)] };
  } catch (error) {
    if (!(error instanceof AggregateError)) throw error;
    throw error.errors.find(isKafkaRefusal) ?? error.errors[0];
  }
}

/** Resolves with the broker once it has let us in. */
async function greet(settings: KafkaSettings, log: Log): Promise<string> {
  const options = { log, requestTimeoutMs: timeBounds.authenticateMs, retry: { retries: 0 } };
  const admin = openClient(settings, options).admin();
  try {
    await admin.connect();
    return settings.brokers[0] ?? '';
  } finally {
    void disconnectQuietly(admin, log);
  }
}
