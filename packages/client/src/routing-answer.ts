import { isRecord } from './problem.ts';

/** Why a correspondent got a message, or did not. */
export interface RoutingAnswer {
  readonly messageId: string;
  readonly correspondent: string;
  /** The sender is answered from the decision, a desk that holds a copy from what its copy shows. */
  readonly seenFrom: 'SENDER' | 'COPY';
  /**
   * SERVED, NOTICED (a bare notice of a follow-up), NOT_SERVED although named, NOT_CONCERNED (or none of the asker's
   * business), REFUSED to all; to a desk SPOKEN_FOR or RESTRICTED, under the directory of now.
   */
  readonly answer:
    | 'SERVED'
    | 'NOTICED'
    | 'NOT_SERVED'
    | 'NOT_CONCERNED'
    | 'REFUSED'
    | 'SPOKEN_FOR'
    | 'RESTRICTED';
  readonly role: string | null;
  readonly directoryRelease: number;
  readonly reasons: readonly {
    readonly code: string;
    readonly ruleId?: string;
    /** The suspended one for which another stands in. */
    readonly correspondent?: string;
    readonly fr: string;
    readonly en: string;
  }[];
}

/** Whether a value says why somebody got a message. */
export function isRoutingAnswer(value: unknown): value is RoutingAnswer {
  return (
    isRecord(value) &&
    ['messageId', 'correspondent', 'answer'].every((name) => typeof value[name] === 'string') &&
    Array.isArray(value.reasons) &&
    value.reasons.every(isRecord)
  );
}
