import { setTimeout as pause } from 'node:timers/promises';
import type { ChappeClient } from '@chappe/client';
import { inventedLead, type LeadRequest } from './invented-lead.ts';

/** What a sender saw: everything that was answered 202, and what it still does not know. */
export interface SeenBySender {
  readonly acknowledged: ReadonlyMap<string, { submissionId: string; ordinal: number }>;
  readonly unresolved: readonly string[];
  readonly refused: readonly { submissionId: string; type: string }[];
}

/** A sender that goes on publishing leads, one after another, until it is stopped. */
export interface LeadTraffic {
  readonly seen: SeenBySender;
  /** Resolves when this many more leads have been acknowledged. */
  more(leads: number): Promise<void>;
  /** Resolves once every lead that was begun has its final answer. */
  stop(): Promise<SeenBySender>;
}

/**
 * Publishes exercise leads of one thread-less kind with pauses between them. Each is retried under its own
 * submission id until it is answered, as a post's client would do: an unresolved one is asked again.
 */
export function startLeadTraffic(
  client: ChappeClient,
  options: {
    senders: number;
    pauseMs: number;
    change?: (ordinal: number) => Partial<Omit<LeadRequest, 'kind'>>;
  },
): LeadTraffic {
  const acknowledged = new Map<string, { submissionId: string; ordinal: number }>();
  const unresolved: string[] = [];
  const refused: { submissionId: string; type: string }[] = [];
  let ordinal = 0;
  let running = true;

  async function send(): Promise<void> {
    while (running) {
      ordinal += 1;
      const mine = ordinal;
      const lead = await inventedLead(options.change?.(mine));
      for (let attempt = 1; ; attempt += 1) {
        const result = await client.publish(lead);
        if (result.outcome === 'accepted') {
          acknowledged.set(result.messageId, { submissionId: result.submissionId, ordinal: mine });
          break;
        }
        if (result.outcome === 'refused' && result.problem.status < 500) {
          refused.push({ submissionId: result.submissionId, type: result.problem.type });
          break;
        }
        if (attempt === 20) {
          unresolved.push(result.submissionId);
          break;
        }
        await pause(500);
      }
      await pause(options.pauseMs);
    }
  }

  const senders = Array.from({ length: options.senders }, send);
  const seen = { acknowledged, unresolved, refused };
  return {
    seen,
    async more(leads) {
      const goal = acknowledged.size + leads;
      const deadline = performance.now() + 90_000;
      while (acknowledged.size < goal) {
        if (performance.now() > deadline)
          throw new Error(`only ${acknowledged.size} of ${goal} leads were acknowledged`);
        await pause(50);
      }
    },
    async stop() {
      running = false;
      await Promise.all(senders);
      return seen;
    },
  };
}
