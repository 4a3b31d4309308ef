import type { DirectorySnapshot } from '@chappe/directory';
import {
  type DirectoryReplica,
  directoryState,
  type KafkaSettings,
  type Log,
  openDirectoryReplica,
} from '@chappe/kafka';
import { Problem } from '@chappe/service-kit';
import { createDirectoryReleases, type DirectoryReleases } from './adapters/directory-releases.ts';

/** The directory as this replica follows it, from before it has read any of it. */
export interface FollowedDirectory {
  readonly releases: DirectoryReleases;
  /** The release of now; undefined until the replica is at its end, and when it is lost. */
  current(): DirectorySnapshot | undefined;
  /** The same, for whoever was authenticated by it: not there means 503. */
  required(): DirectorySnapshot;
  /** In the words of readiness. */
  state(): ReturnType<typeof directoryState>;
  open(): Promise<void>;
  close(): Promise<void> | undefined;
}

/** Directory releases kept for deliveries that were decided before the latest one. */
const keptReleases = 64;

/** Follows the directory's topic in a group of this replica's own. */
export function followDirectory(
  kafka: KafkaSettings,
  options: {
    instanceId: string;
    waitMs: number;
    log: Log;
    signal: AbortSignal;
    onChange(): void;
    onFailure(error: Error): void;
  },
): FollowedDirectory {
  const { instanceId, log, signal, onFailure } = options;
  const releases = createDirectoryReleases({ kept: keptReleases, waitMs: options.waitMs });
  let replica: DirectoryReplica | undefined;
  const current = () => (replica?.ready() ? replica.current() : undefined);
  return {
    releases,
    current,
    required() {
      const snapshot = current();
      // Nobody is authenticated before it is there, so this is for the moment in which it is lost.
      if (snapshot === undefined) throw new Problem('unavailable', { retryAfterS: 2 });
      return snapshot;
    },
    state: () => directoryState(replica),
    async open() {
      replica = await openDirectoryReplica(kafka, {
        instanceId,
        service: 'mailbox',
        log,
        signal,
        onChange(snapshot) {
          releases.add(snapshot);
          options.onChange();
        },
        onFailure,
      });
    },
    close: () => replica?.close(),
  };
}
