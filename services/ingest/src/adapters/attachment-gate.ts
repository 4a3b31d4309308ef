import {
  type AttachmentStore,
  AttachmentStoreUnavailable,
  type NamedAttachment,
} from '@chappe/attachment-store';
import type { Logger } from '@chappe/service-kit';
import { type AttachmentVerdict, judgeAttachments } from '../domain/judge-attachments.ts';
import type { AttachmentGate, GateVerdict } from '../submit-message.ts';
import { createTurnstile } from './turnstile.ts';

/** How the gate asks. */
export interface AttachmentGateOptions {
  readonly log: Pick<Logger, 'warn'>;
  /** For all look-ups of one message. */
  readonly timeoutMs: number;
}

/** Look-ups at once, so that a batch full of attachments does not take the store from the others. */
const mostLookups = 16;

/**
 * Lets a message pass whose files its sender has uploaded. Somebody else's file is answered like one that does not
 * exist, and is not even looked for. Without a store, none exists.
 */
export function createAttachmentGate(
  store: AttachmentStore | undefined,
  { log, timeoutMs }: AttachmentGateOptions,
): AttachmentGate {
  const turnstile = createTurnstile(mostLookups);

  async function ask(
    act: 'judge' | 'attach',
    files: readonly NamedAttachment[],
    correspondent: string,
    messageId: string,
  ): Promise<AttachmentVerdict[]> {
    const signal = AbortSignal.timeout(timeoutMs);
    return await Promise.all(
      files.map((file) => {
        if (store === undefined || file.uploader !== correspondent) return 'absent';
        return turnstile.pass(() => {
          // Its turn came too late.
          if (signal.aborted) throw new AttachmentStoreUnavailable(signal.reason);
          return store[act](file, messageId, { signal });
        });
      }),
    );
  }

  async function guarded(work: () => Promise<GateVerdict>): Promise<GateVerdict> {
    try {
      return await work();
    } catch (error) {
      log.warn({ err: error }, 'attachments cannot be looked up');
      return { status: 'unavailable' };
    }
  }

  const judge: AttachmentGate['judge'] = (files, correspondent, messageId) =>
    guarded(async () => verdictOf(await ask('judge', files, correspondent, messageId)));
  return {
    judge,
    async attach(files, correspondent, messageId) {
      // A message with a file that is refused marks none of its others.
      const before =
        files.length === 1
          ? ({ status: 'attachable' } as const)
          : await judge(files, correspondent, messageId);
      if (before.status !== 'attachable') return before;
      return await guarded(async () => verdictOf(await ask('attach', files, correspondent, messageId)));
    },
  };
}

function verdictOf(verdicts: readonly AttachmentVerdict[]): GateVerdict {
  const findings = judgeAttachments(verdicts);
  return findings.length === 0 ? { status: 'attachable' } : { status: 'refused', findings };
}
