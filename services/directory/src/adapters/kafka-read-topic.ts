import { setTimeout as sleep } from 'node:timers/promises';
import {
  applyDirectoryRecord,
  bufferedRecords,
  currentSnapshot,
  emptyReplica,
  type ReplicaState,
  recordForm,
} from '@chappe/directory';
import { createSink, type KafkaSettings, type Log, type Slice } from '@chappe/kafka';
import { decode, directoryGroupPrefix, directoryTopic } from '@chappe/schemas';
import type { TopicContent } from '../domain/plan-publication.ts';

const pollMs = 20;

/**
 * Reads the directory's topic once, from its beginning to its present end, as a replica would. It decides
 * nothing by time: a topic that cannot be read to its end in time is an error, not an empty topic.
 */
export async function readDirectoryTopic(
  settings: KafkaSettings,
  options: { readerId: string; timeoutMs: number; log: Log },
): Promise<TopicContent> {
  let state: ReplicaState = emptyReplica();
  let unreadable: string | null = null;
  const sink = createSink(settings, {
    group: `${directoryGroupPrefix('directory')}${options.readerId}`,
    topics: [directoryTopic],
    apply: async ({ records }: Slice) => {
      for (const record of records) {
        const decoded = decode('DirectoryRecord', record.value);
        if (decoded.status === 'decoded') state = applyDirectoryRecord(state, decoded.value).state;
        else unreadable ??= decoded.status;
      }
    },
    readOffset: async (_topic, _partition, logStart) => logStart,
    maxWaitMs: 100,
    log: options.log,
  });
  let failure: Error | undefined;
  sink.onFailure((error) => {
    failure = error;
  });
  const deadlineMs = performance.now() + options.timeoutMs;
  try {
    await sink.start();
    while (!isAtEnd(sink.health().partitions)) {
      if (failure !== undefined) throw failure;
      if (performance.now() > deadlineMs)
        throw new Error(`${directoryTopic} could not be read to its end in time`);
      await sleep(pollMs);
    }
  } finally {
    await sink.stop();
  }
  const snapshot = currentSnapshot(state);
  const buffered = [...bufferedRecords(state)];
  return {
    applied: snapshot === undefined ? null : { number: snapshot.release, sha256: snapshot.sha256 },
    buffered: new Map(buffered.map(([key, record]) => [key, recordForm(record)])),
    unreadable,
  };
}

/** The end of the log is known as soon as a partition runs; its lag counts from there. */
function isAtEnd(partitions: readonly { state: string; lag: number; queuedRecords: number }[]): boolean {
  return (
    partitions.length > 0 &&
    partitions.every((each) => each.state === 'running' && each.lag === 0 && each.queuedRecords === 0)
  );
}
