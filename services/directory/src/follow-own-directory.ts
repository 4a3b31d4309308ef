import type { DirectorySnapshot } from '@chappe/directory';
import {
  type DirectoryReplica,
  DirectoryUnavailable,
  directoryState,
  type KafkaSettings,
  openDirectoryReplica,
} from '@chappe/kafka';
import { type Logger, Problem } from '@chappe/service-kit';

/** The directory as this service reads it back from the topic, like everybody else. */
export interface OwnDirectory {
  /** The release of now; undefined until one is there. */
  current(): DirectorySnapshot | undefined;
  /** The same; not there means 503. */
  required(): DirectorySnapshot;
  /** In the words of readiness. */
  state(): ReturnType<typeof directoryState>;
  /** Looks again and again, in bounded attempts, so that a stop never waits for a first release. */
  open(): Promise<void>;
  close(): Promise<void> | undefined;
}

/** Follows the directory's topic in a group of this replica's own. */
export function followOwnDirectory(
  kafka: KafkaSettings,
  options: {
    instanceId: string;
    timeoutMs: number;
    signal: AbortSignal;
    log: Logger;
    onFailure(error: Error): void;
  },
): OwnDirectory {
  let replica: DirectoryReplica | undefined;
  const current = () => replica?.current();
  return {
    current,
    required() {
      const snapshot = current();
      if (snapshot === undefined) throw new Problem('unavailable', { retryAfterS: 2 });
      return snapshot;
    },
    state: () => directoryState(replica),
    async open() {
      for (;;) {
        options.signal.throwIfAborted();
        try {
          replica = await openDirectoryReplica(kafka, { ...options, service: 'directory' });
          return;
        } catch (error) {
          if (!(error instanceof DirectoryUnavailable)) throw error;
        }
      }
    },
    close: () => replica?.close(),
  };
}
