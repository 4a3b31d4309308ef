import { setTimeout as sleep } from 'node:timers/promises';
import type { AttachmentStore } from '@chappe/attachment-store';
import type { Logger } from '@chappe/service-kit';
import type { AttachmentMetrics } from './attachment-metrics.ts';

/** Works that go on beside the requests. */
export interface AttachmentUpkeep {
  /** A file was kept: it may have to be scanned. */
  fileKept(): void;
  /** Ends both works, and waits for what they are at. */
  stop(): Promise<void>;
}

/** How often. */
export interface UpkeepOptions {
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly metrics: AttachmentMetrics;
  readonly sweepIntervalMs: number;
  readonly scanIntervalMs: number;
}

/**
 * Sweeps and scans until stopped. Each replica does, a little apart from the others: doing it twice costs only time.
 * A failure is told and tried again at the next turn.
 */
export function startAttachmentUpkeep(store: AttachmentStore, options: UpkeepOptions): AttachmentUpkeep {
  const { log, metrics, sweepIntervalMs, scanIntervalMs } = options;
  const stopping = new AbortController();
  let poke: () => void = () => undefined;

  async function repeat(work: () => Promise<void>, pause: () => Promise<unknown>): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause();
      if (stopping.signal.aborted) return;
      try {
        await work();
      } catch (error) {
        if (!stopping.signal.aborted) log.warn({ err: error }, 'the upkeep of attachments failed');
      }
    }
  }

  const sweeping = repeat(
    async () => {
      const report = await store.sweep(stopping.signal);
      metrics.swept(report);
      if (report.files + report.uploads > 0)
        log.info({ count: report.files + report.uploads }, 'attachments swept');
    },
    () => waitFor(sweepIntervalMs * (0.75 + Math.random() / 2), stopping.signal),
  );
  let isFirst = true;
  const scanning = repeat(
    async () => metrics.waiting(await store.scan(stopping.signal)),
    () => {
      const poked = new Promise<void>((resolve) => {
        poke = resolve;
      });
      const pause = isFirst ? 0 : scanIntervalMs;
      isFirst = false;
      return Promise.race([poked, waitFor(pause, stopping.signal)]);
    },
  );
  return {
    fileKept: () => poke(),
    async stop() {
      stopping.abort();
      await Promise.all([sweeping, scanning]);
    },
  };
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  // Aborting is how the wait ends at a stop.
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
