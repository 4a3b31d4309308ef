import type { LaneProducer } from '@chappe/kafka';
import type { ReleaseStore } from './adapters/postgres-releases.ts';

/** Ports that a test may wrap, to stop the process before or after each step. */
export interface DirectoryOverrides {
  wrapProducer?(producer: LaneProducer): LaneProducer;
  wrapStore?(store: ReleaseStore): ReleaseStore;
  nowMs?(): number;
  /** Gives up the start, or stops. */
  stopSignal?: AbortSignal;
}
