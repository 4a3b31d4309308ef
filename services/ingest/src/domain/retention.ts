import type { MessageDraft } from '@chappe/schemas';

/** For how many days a message is kept, by what it is. Set by the deployment. */
export interface RetentionDays {
  readonly operational: number;
  readonly other: number;
  readonly rehearsal: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/** When the retention of a message ends: rehearsals go soonest, operational messages last. */
export function retainUntil(
  draft: Pick<MessageDraft, 'status' | 'activity'>,
  receivedAtMs: number,
  days: RetentionDays,
): number {
  const kept =
    draft.status !== 'ACTUAL'
      ? days.rehearsal
      : draft.activity === 'OPERATIONAL'
        ? days.operational
        : days.other;
  return receivedAtMs + kept * dayMs;
}
