import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';
import { failureCode } from '../failure-code.ts';

const leadersWithinMs = 30_000;
const askEveryMs = 100;

/** A topic was made, and has no leader yet on the broker that was asked. */
const notYetKnown = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

/**
 * Creates topics and waits until every partition has a leader. kafkajs's own wait gives up at once when the
 * broker that it asks has not heard of the new topic yet, as happens on a busy machine.
 */
export async function createTopics(admin: Admin, wanted: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ topics: wanted, waitForLeaders: false, timeout: leadersWithinMs });
  const names = wanted.map(({ topic }) => topic);
  const deadline = Date.now() + leadersWithinMs;
  while (!(await haveLeaders(admin, names))) {
    if (Date.now() > deadline) throw new Error(`no leaders for new topics within ${leadersWithinMs} ms`);
    await sleep(askEveryMs);
  }
}

async function haveLeaders(admin: Admin, names: string[]): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    return topics.every(
      ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
    );
  } catch (error) {
    if (notYetKnown.has(failureCode(error))) return false;
    throw error;
  }
}
