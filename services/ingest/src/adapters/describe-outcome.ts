import { Problem } from '@chappe/service-kit';
import type { Finding } from '../domain/finding.ts';
import type { SubmissionIdentity } from '../domain/identify-submission.ts';
import type { SubmissionOutcome } from '../submit-message.ts';

const mostFindings = 20;

/** The problem that tells a sender why its submission was not acknowledged, in its language where we have it. */
export function problemOfOutcome(
  outcome: Exclude<SubmissionOutcome, { status: 'acknowledged' }>,
  language: 'fr' | 'en',
): Problem {
  switch (outcome.status) {
    case 'refused':
      return problemOfFindings(outcome.findings, language);
    case 'conflict':
      return new Problem('submission-conflict', {
        detail: 'This submissionId was used for another body. Nothing was written.',
      });
    case 'too-large':
      return new Problem('body-too-large', { detail: 'The message is larger than its topic takes.' });
    case 'unavailable':
      return new Problem('unavailable', {
        retryAfterS: outcome.mayExist ? 2 : 1,
        detail: outcome.mayExist
          ? 'Not acknowledged: it may have been written or not. Repeating it with the same submissionId is safe.'
          : 'Not written. Repeat it with the same submissionId.',
      });
  }
}

/** Several findings as one problem; the first one gives the type. */
function problemOfFindings(findings: readonly Finding[], language: 'fr' | 'en'): Problem {
  const [first, ...others] = findings.map(({ detailFr, ...finding }) =>
    language === 'fr' && detailFr !== undefined ? { ...finding, detail: detailFr } : finding,
  );
  if (first === undefined) return new Problem('invalid-value');
  const more = others.length === 0 ? '' : ` ${others.length} more in errors.`;
  return new Problem(first.code, {
    detail: `${first.pointer === '' ? 'The request' : first.pointer}: ${ended(first.detail)}${more}`,
    errors: [first, ...others].slice(0, mostFindings),
  });
}

function ended(sentence: string): string {
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}

/** Why a request has no usable identity. */
export function problemOfIdentity({
  code,
  pointer,
  detail,
}: Extract<SubmissionIdentity, { status: 'refused' }>): Problem {
  return new Problem(code, { detail: `${pointer}: ${detail}.`, errors: [{ code, pointer, detail }] });
}

/** The problem of a correspondent that sends too fast. */
export function rateLimited(waitMs: number): Problem {
  return new Problem('rate-limited', {
    retryAfterS: Math.ceil(waitMs / 1000),
    detail: 'This correspondent sends too fast. Nothing was written.',
  });
}
