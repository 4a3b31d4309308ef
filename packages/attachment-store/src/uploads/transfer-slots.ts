/** One running transfer: what may be asked of it, and when it is over. */
interface Transfer {
  /** Asks it to store what it has and end. */
  readonly interrupt: (reason: 'taken-over' | 'time-is-up') => void;
  readonly over: Promise<void>;
}

/** A place among the transfers, to be given back. */
export interface TransferSlot {
  release(): void;
}

/** Knows which transfers run in this process. */
export interface TransferSlots {
  /**
   * Takes the upload for one transfer. A former transfer of it is asked to end, since a sender that comes back has
   * given up the connection on which it sent before; if it does not end soon, the upload is `locked`.
   */
  take(
    uploader: string,
    uploadId: string,
    interrupt: Transfer['interrupt'],
  ): Promise<TransferSlot | 'locked' | 'busy'>;
  /** Ends a running transfer of the upload; false when it does not end soon. */
  quiesce(uploadId: string): Promise<boolean>;
  /** How many run, for metrics. */
  running(): number;
  /** Resolves when all that run are over; they are asked to end. */
  drain(): Promise<void>;
}

const interruptWaitMs = 2_000;

/** Creates the slots of a process. */
export function createTransferSlots(bounds: { perUploader: number; inAll: number }): TransferSlots {
  const byUpload = new Map<string, Transfer>();
  const byUploader = new Map<string, number>();
  let isDraining = false;

  async function quiesce(uploadId: string): Promise<boolean> {
    const running = byUpload.get(uploadId);
    if (running === undefined) return true;
    running.interrupt('taken-over');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), interruptWaitMs);
    });
    const isOver = await Promise.race([running.over.then(() => true), late]);
    clearTimeout(timer);
    return isOver;
  }

  return {
    quiesce,
    running: () => byUpload.size,
    async take(uploader, uploadId, interrupt) {
      if (!(await quiesce(uploadId))) return 'locked';
      // Of several that waited for the former transfer, the first goes on.
      if (byUpload.has(uploadId)) return 'locked';
      const own = byUploader.get(uploader) ?? 0;
      if (isDraining || own >= bounds.perUploader || byUpload.size >= bounds.inAll) return 'busy';
      const over = Promise.withResolvers<void>();
      byUpload.set(uploadId, { interrupt, over: over.promise });
      byUploader.set(uploader, own + 1);
      return {
        release() {
          byUpload.delete(uploadId);
          const left = (byUploader.get(uploader) ?? 1) - 1;
          if (left === 0) byUploader.delete(uploader);
          else byUploader.set(uploader, left);
          over.resolve();
        },
      };
    },
    async drain() {
      isDraining = true;
      const all = [...byUpload.values()];
      for (const { interrupt } of all) interrupt('time-is-up');
      await Promise.all(all.map(({ over }) => over));
    },
  };
}
