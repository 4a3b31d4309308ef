import type { LocalService } from '@chappe/local';
import type { Consumer, Kafka } from 'kafkajs';
import type { Random } from '../nemesis/seeded-random.ts';
import { bareClient } from './bare-client.ts';
import type { Fault } from './fault.ts';
import { hold } from './hold.ts';

const groups: readonly (readonly [LocalService, string])[] = [
  ['router', 'message'],
  ['mailbox', 'delivery'],
];
const memberLivesMs = 900;

/**
 * Strangers under a service's own principal join one of its groups, take partitions and leave again, so that
 * partitions wander to and fro while slices are under way. What they read is read again by whoever comes after.
 */
export const stormRebalances: Fault = {
  kind: 'storm-rebalances',
  title: 'a storm of rebalances: members join and leave a group of the router or mailbox',
  touches: ['router', 'mailbox'],
  needs: ['kafka', 'postgres'],
  leastHoldMs: 3_000,
  mostHoldMs: 8_000,
  brokers: 1,
  async run({ stack, random, holdMs, signal }) {
    const [service, kind] = random.pick(groups);
    const lane = random.pick(['flash', 'urgent', 'routine']);
    const kafka = bareClient(stack, service);
    const endAtMs = performance.now() + holdMs;
    let came = 0;
    let joined = 0;
    const storm = async (own: Random): Promise<void> => {
      while (performance.now() < endAtMs && !signal.aborted) {
        came += 1;
        if (await visit(kafka, { group: `${service}.${lane}`, topic: `${kind}.${lane}.v1`, own, signal })) {
          joined += 1;
        }
      }
    };
    await Promise.all(['first', 'second', 'third'].map((name) => storm(random.fork(name))));
    return `${came} members came to ${service}.${lane} and left again within ${holdMs} ms, ${joined} of them with partitions`;
  },
};

/** Joins, holds what it is given for a moment, and leaves in order or without a word. */
async function visit(
  kafka: Kafka,
  { group, topic, own, signal }: { group: string; topic: string; own: Random; signal: AbortSignal },
): Promise<boolean> {
  const consumer: Consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: 1_500,
    rebalanceTimeout: 3_000,
    heartbeatInterval: 400,
    allowAutoTopicCreation: false,
    retry: { retries: 1 },
  });
  let joined = false;
  consumer.on(consumer.events.GROUP_JOIN, () => {
    joined = true;
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
    await hold(memberLivesMs * (0.3 + own.next()), signal);
  } catch {
    // A storm meets coordinators that refuse it: the next visit tries again.
    await hold(200, signal);
  } finally {
    await Promise.race([consumer.disconnect(), hold(5_000, signal)]);
  }
  return joined;
}
