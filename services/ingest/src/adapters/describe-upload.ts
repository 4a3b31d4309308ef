import type { ContentRefusal, CreateOutcome, ReceiveOutcome } from '@chappe/attachment-store';
import { Problem, type ProblemCode } from '@chappe/service-kit';
import type { UploadFinding } from '../domain/read-upload-headers.ts';

/** For a moment in which too much runs at once, or somebody else ends. */
const retryAfterS = 2;
const pointlessToDrain = { connection: 'close' };

/** Why an upload could not be created. */
export function problemOfCreation(
  outcome: Exclude<CreateOutcome, { status: 'created' }>,
  mostBytes: number,
): Problem {
  return outcome.status === 'too-large'
    ? new Problem('attachment-too-large', {
        detail: `A file may have ${mostBytes} bytes.`,
        headers: { 'tus-max-size': String(mostBytes) },
      })
    : new Problem('upload-limit', { detail: 'Finish or delete unfinished uploads first.' });
}

/** Why bytes were not taken, or only in part. */
export function problemOfTransfer(outcome: Exclude<ReceiveOutcome, { status: 'received' }>): Problem {
  switch (outcome.status) {
    case 'absent':
      return new Problem('not-found');
    case 'offset-differs':
      return new Problem('upload-offset-mismatch', {
        detail: 'The bytes do not begin where the stored ones end: ask for the offset with HEAD.',
        headers: { 'upload-offset': String(outcome.offset) },
      });
    case 'too-long':
      return new Problem('invalid-value', {
        detail: 'More bytes came than Upload-Length announced. Nothing of this request was stored.',
        headers: pointlessToDrain,
      });
    case 'locked':
      return new Problem('upload-locked', { retryAfterS });
    case 'busy':
      return new Problem('unavailable', { detail: 'Too many transfers are under way.', retryAfterS });
    case 'too-many-pieces':
      return new Problem('upload-limit', { detail: 'This upload broke off too often. Begin a new one.' });
    case 'refused':
      return problemOfRefusal(outcome.refusal);
    case 'interrupted':
      return problemOfInterruption(outcome);
  }
}

function problemOfInterruption({
  cause,
  offset,
}: Extract<ReceiveOutcome, { status: 'interrupted' }>): Problem {
  const headers = { ...pointlessToDrain, 'upload-offset': String(offset) };
  return cause === 'taken-over'
    ? new Problem('upload-locked', { detail: 'Another request goes on with this upload.', headers })
    : new Problem('request-timeout', {
        detail: 'What came before is stored: go on from the offset.',
        headers,
      });
}

/** Why a whole file was not kept; the upload is over. */
export function problemOfRefusal(refusal: ContentRefusal): Problem {
  const [code, detail] = refusals[refusal];
  return new Problem(code, { detail });
}

const refusals: Readonly<Record<ContentRefusal, readonly [ProblemCode, string]>> = {
  'digest-differs': [
    'attachment-digest-mismatch',
    'The SHA-256 of what arrived is not the one announced. Nothing is kept.',
  ],
  'type-differs': [
    'attachment-type-mismatch',
    'The first bytes do not belong to the media type announced. Nothing is kept.',
  ],
  'type-not-allowed': ['attachment-type-refused', 'This deployment takes no files of this media type.'],
  executable: ['attachment-type-refused', 'The first bytes are those of a program. Nothing is kept.'],
};

/** Headers of tus that are not as they must be. */
export function problemOfHeaders(findings: readonly UploadFinding[]): Problem {
  const [first] = findings;
  return new Problem(first?.code ?? 'invalid-value', {
    detail: first === undefined ? undefined : `${first.pointer}: ${first.detail}.`,
    errors: findings,
  });
}
