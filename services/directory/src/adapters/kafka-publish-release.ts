import { setTimeout as sleep } from 'node:timers/promises';
import type { LaneProducer, SendOutcome } from '@chappe/kafka';
import { directoryTopic } from '@chappe/schemas';
import type { Logger } from '@chappe/service-kit';
import type { StoredRecord } from './postgres-releases.ts';

/** How a release goes out. */
export interface ReleasePublisherOptions {
  readonly groupRecords: number;
  readonly retryMs: number;
  readonly log: Logger;
}

/** Publishes what is missing of a release; resolves when Kafka has acknowledged all of it. */
export type PublishRelease = (
  release: number,
  records: readonly StoredRecord[],
  signal: AbortSignal,
) => Promise<void>;

/**
 * Entries go out in groups, each acknowledged before the next; the manifest goes last and alone. Whatever
 * is not acknowledged is sent again: replicas take a record twice without effect, and a release of which
 * the end is missing is applied by nobody.
 */
export function createReleasePublisher(
  producer: Pick<LaneProducer, 'send'>,
  { groupRecords, retryMs, log }: ReleasePublisherOptions,
): PublishRelease {
  async function sendAcknowledged(
    release: number,
    group: readonly StoredRecord[],
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const outcome = await producer.send(
        group.map(({ key, value }) => ({ topic: directoryTopic, key: `${release}/${key}`, value })),
      );
      if (outcome.status === 'acknowledged') return;
      if (isHopeless(outcome)) throw new Error(`the release cannot be published: ${outcome.reason}`);
      log.warn({ release, reason: outcome.reason }, 'part of a release not acknowledged, sending again');
      await sleep(retryMs, undefined, { signal });
    }
  }

  return async (release, records, signal) => {
    const entries = records.filter((record) => !record.isManifest);
    for (let from = 0; from < entries.length; from += groupRecords) {
      await sendAcknowledged(release, entries.slice(from, from + groupRecords), signal);
    }
    const manifest = records.filter((record) => record.isManifest);
    await sendAcknowledged(release, manifest, signal);
    log.info({ release, records: records.length }, 'release published');
  };
}

/** Trying again cannot mend these. */
function isHopeless(outcome: SendOutcome): boolean {
  return (
    outcome.status === 'refused' &&
    ['too-large', 'keyless', 'stopped', 'unauthorised'].includes(outcome.reason)
  );
}
