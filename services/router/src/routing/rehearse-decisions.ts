import type { DirectorySnapshot } from '@chappe/directory';
import type { Lane, Message } from '@chappe/schemas';
import { distributeMessage } from '../domain/distribute-message.ts';
import { compareDistributions, type DistributionDifference } from '../domain/rehearse-decision.ts';
import { type RehearsalSum, sumRehearsal } from '../domain/sum-rehearsal.ts';
import { ThreadMemory } from '../domain/thread-memory.ts';
import { scopeOf } from '../domain/thread-scope.ts';
import type { ThreadReader } from './explain-routing.ts';

/** A message that was accepted, and when. */
export interface PastDecision {
  readonly message: Message;
  readonly lane: Lane;
  readonly decidedAtMs: number;
}

/** A place among past decisions, the latest first. */
export interface PastPlace {
  readonly decidedAtMs: number;
  readonly messageId: string;
}

/** Past decisions, the latest first. */
export interface PastDecisions {
  /** Those before a place and not older than `sinceMs`; `skipped` could not be read, or were erased. */
  page(query: {
    readonly sinceMs: number;
    readonly before: PastPlace | null;
    readonly limit: number;
  }): Promise<{
    readonly decisions: readonly PastDecision[];
    readonly skipped: number;
    readonly last: PastPlace | null;
  }>;
  count(sinceMs: number): Promise<number>;
}

/** A part of a rehearsal. `next` is null when there is nothing older. */
export interface RehearsedPart extends RehearsalSum {
  readonly skipped: number;
  readonly next: PastPlace | null;
}

/** So few at a time that the lanes, which share the processor, wait for some 10 ms at most. */
const batchSize = 20;

/**
 * Decides past messages twice, by the directory in force and by another one, each at the time of its own
 * decision. Ends after `limit` decisions or `timeMs`, whichever comes first. Nothing is recorded.
 */
export async function rehearseDecisions(
  query: {
    readonly sinceMs: number;
    readonly before: PastPlace | null;
    readonly limit: number;
    readonly timeMs: number;
  },
  ports: {
    readonly past: PastDecisions;
    readonly threads: ThreadReader;
    readonly inForce: DirectorySnapshot;
    readonly proposed: DirectorySnapshot;
    elapsedMs(): number;
  },
): Promise<RehearsedPart> {
  const differences: (DistributionDifference | null)[] = [];
  const endMs = ports.elapsedMs() + query.timeMs;
  let skipped = 0;
  let before = query.before;
  while (differences.length + skipped < query.limit && ports.elapsedMs() < endMs) {
    const limit = Math.min(batchSize, query.limit - differences.length - skipped);
    const found = await ports.past.page({ sinceMs: query.sinceMs, before, limit });
    skipped += found.skipped;
    differences.push(...(await compareBatch(found.decisions, ports)));
    before = found.last;
    if (before === null) break;
  }
  return { ...sumRehearsal(differences), skipped, next: before };
}

async function compareBatch(
  decisions: readonly PastDecision[],
  {
    threads,
    inForce,
    proposed,
  }: {
    readonly threads: ThreadReader;
    readonly inForce: DirectorySnapshot;
    readonly proposed: DirectorySnapshot;
  },
): Promise<readonly (DistributionDifference | null)[]> {
  if (decisions.length === 0) return [];
  const arrivals = decisions.map(({ message, lane }) => ({ message, lane, encoded: new Uint8Array() }));
  const memory = new ThreadMemory(await threads.read(scopeOf(arrivals)));
  return decisions.map(({ message, decidedAtMs: nowMs }) =>
    compareDistributions(
      distributeMessage(message, { memory, directory: inForce, nowMs }),
      distributeMessage(message, { memory, directory: proposed, nowMs }),
    ),
  );
}
