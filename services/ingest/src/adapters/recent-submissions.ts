import type { SubmissionMemory } from '../submit-message.ts';

const mostRemembered = 20_000;

/**
 * What this process itself acknowledged lately, in front of a memory that replicas share: a client that
 * retries at once usually meets the same process, and no network is asked.
 */
export function withRecentSubmissions(shared: SubmissionMemory): SubmissionMemory {
  const recent = new Map<string, string>();
  return {
    recall(messageId) {
      const digest = recent.get(messageId);
      return digest === undefined ? shared.recall(messageId) : Promise.resolve(digest);
    },
    remember(messageId, requestDigest) {
      if (recent.size >= mostRemembered) {
        const oldest = recent.keys().next().value;
        if (oldest !== undefined) recent.delete(oldest);
      }
      recent.set(messageId, requestDigest);
      shared.remember(messageId, requestDigest);
    },
  };
}

/** A memory for a deployment without Redis: only what the process itself knows. */
export const noSharedMemory: SubmissionMemory = { recall: async () => undefined, remember: () => {} };
