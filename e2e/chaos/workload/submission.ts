import type { MessageRequest } from '@chappe/client';
import type { Expectation, LaneName } from '../history/chaos-event.ts';

/** One submission as its sender knows it: the request, and what ought to become of it. */
export interface Submission {
  readonly request: MessageRequest & { readonly submissionId: string };
  readonly sender: string;
  readonly lane: LaneName;
  readonly expect: Expectation;
  /** Zero for the first body under this submissionId, one for another body under the same. */
  readonly variant: number;
  readonly refersTo?: string;
  readonly threadId?: string;
  readonly addressees?: readonly string[];
}

/** What a sender finally knows of a submission. */
export type SubmissionFate =
  | { readonly outcome: 'acknowledged'; readonly messageId: string; readonly reference: string }
  | { readonly outcome: 'refused'; readonly status: number; readonly problemType: string }
  | { readonly outcome: 'given-up' };

/** An acknowledged submission and the identity that its 202 gave it. */
export interface AcknowledgedSubmission {
  readonly submission: Submission;
  readonly messageId: string;
  readonly reference: string;
}

/** The lane that an urgency takes. */
export const urgencyOf = { flash: 'FLASH', urgent: 'URGENT', routine: 'ROUTINE' } as const;
