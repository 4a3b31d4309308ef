import { setTimeout as sleep } from 'node:timers/promises';
import {
  buildRelease,
  demonstrationApprover,
  demonstrationProposer,
  loadDemonstration,
} from '@chappe/directory';
import { encode } from '@chappe/schemas';
import { type OwnKafka, startOwnKafka } from '@chappe/testing';
import { createLaneProducer, provisionTopics, publishAll } from '../src/index.ts';
import { recordingLog } from './read-topic.ts';

/** Starts brokers of this test's own, with the topics of the table. */
export async function startBrokers(count: 1 | 3 = 1): Promise<OwnKafka> {
  return startOwnKafka({ brokers: count, provision: provisionTopics });
}

/** Publishes the demonstration's directory, as release 1. */
export async function publishDirectory(kafka: OwnKafka): Promise<void> {
  const records = buildRelease(loadDemonstration('http://127.0.0.1/oidc'), {
    number: 1,
    previousSha256: null,
    proposedBy: demonstrationProposer,
    approvedBy: demonstrationApprover,
    publishedAtMs: 1_750_000_000_000,
    demonstration: true,
  });
  const producer = createLaneProducer(kafka.settings('directory'), {
    name: 'directory',
    log: recordingLog(),
  });
  await producer.start();
  await publishAll(
    producer,
    records.map((record) => ({
      topic: 'directory.v1',
      key: `${record.release}/${record.key}`,
      value: encode('DirectoryRecord', record),
    })),
  );
  await producer.stop();
}

/** Sends texts one after the other under some keys and remembers which were acknowledged. */
export interface SteadySender {
  acknowledged: string[];
  outcomes: Map<string, number>;
  /** The longest that one caller waited. */
  longestMs(): number;
  stop(): Promise<void>;
}

/** Begins to send until it is stopped, each key by a caller of its own that waits for each answer. */
export function startSender(
  send: (key: string, text: string) => Promise<{ status: string }>,
  options: { mark: string; callers: number; everyMs: number },
): SteadySender {
  const acknowledged: string[] = [];
  const outcomes = new Map<string, number>();
  let longestMs = 0;
  let stopping = false;
  const callers = Array.from({ length: options.callers }, async (_, caller) => {
    for (let at = 0; !stopping; at += 1) {
      const text = `${options.mark}:${caller}:${String(at).padStart(6, '0')}`;
      const startedMs = performance.now();
      const { status } = await send(`key-${caller}`, text);
      longestMs = Math.max(longestMs, performance.now() - startedMs);
      outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
      if (status === 'acknowledged') acknowledged.push(text);
      await sleep(options.everyMs);
    }
  });
  return {
    acknowledged,
    outcomes,
    longestMs: () => longestMs,
    async stop() {
      stopping = true;
      await Promise.all(callers);
    },
  };
}
