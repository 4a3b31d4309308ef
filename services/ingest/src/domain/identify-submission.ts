import { isUuidV7, uuidV7TimeMs } from '@chappe/schemas';

/** What a request says of its identity. */
export interface SubmissionClaims {
  /** `submissionId` of the body. */
  readonly submissionId: string | undefined;
  /** The `Idempotency-Key` header as received. */
  readonly idempotencyKey: string | undefined;
  readonly nowMs: number;
}

/** The identity of a submission, or why it has none. */
export type SubmissionIdentity =
  | { readonly status: 'identified'; readonly submissionId: string }
  | {
      readonly status: 'refused';
      readonly code: 'submission-id-missing' | 'idempotency-key-mismatch' | 'invalid-value';
      readonly pointer: string;
      readonly detail: string;
    };

const earliestMs = Date.UTC(2020, 0, 1);
/** A sender's clock may run ahead of ours, but not by more than a day. */
const mostAheadMs = 24 * 60 * 60 * 1000;
const quoted = /^"([^"\\]*)"$/;

/**
 * Finds the sender's UUIDv7: in the body, in `Idempotency-Key` (a quoted string, IETF draft), or equal in
 * both. The year of the reference comes from its time bits, so absurd ones are refused.
 */
export function identifySubmission({
  submissionId,
  idempotencyKey,
  nowMs,
}: SubmissionClaims): SubmissionIdentity {
  const fromHeader = idempotencyKey === undefined ? undefined : quoted.exec(idempotencyKey.trim())?.[1];
  if (idempotencyKey !== undefined && (fromHeader === undefined || !isUuidV7(fromHeader))) {
    return refused('invalid-value', 'headers:/idempotency-key', 'must be a UUIDv7 in double quotes');
  }
  if (submissionId !== undefined && fromHeader !== undefined && submissionId !== fromHeader) {
    return refused('idempotency-key-mismatch', '/submissionId', 'differs from Idempotency-Key');
  }
  const identity = submissionId ?? fromHeader;
  if (identity === undefined) {
    return refused(
      'submission-id-missing',
      '/submissionId',
      'give submissionId or Idempotency-Key, a UUIDv7',
    );
  }
  const pointer = submissionId === undefined ? 'headers:/idempotency-key' : '/submissionId';
  if (!isUuidV7(identity)) return refused('invalid-value', pointer, 'must be a UUIDv7 in lower case');
  const timeMs = uuidV7TimeMs(identity);
  if (timeMs < earliestMs || timeMs > nowMs + mostAheadMs) {
    return refused('invalid-value', pointer, 'the time in the UUIDv7 is absurd: check the clock');
  }
  return { status: 'identified', submissionId: identity };
}

function refused(
  code: Extract<SubmissionIdentity, { status: 'refused' }>['code'],
  pointer: string,
  detail: string,
): SubmissionIdentity {
  return { status: 'refused', code, pointer, detail };
}
