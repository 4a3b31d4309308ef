import { decide, type Subject } from '@chappe/policy';
import type { MessageDraft } from '@chappe/schemas';
import { type Finding, invalid, missing } from './finding.ts';

/** Whether this sender may send such a message: policy for status and clearance. */
export function checkSender(draft: MessageDraft, subject: Subject, nowMs: number): Finding[] {
  return [...checkStatus(draft), ...checkPermission(draft, subject, nowMs)];
}

function checkStatus({ status, exerciseId }: MessageDraft): Finding[] {
  if (status === 'EXERCISE' && exerciseId === null) return [missing('/exerciseId', 'an exercise is named')];
  return status !== 'EXERCISE' && exerciseId !== null
    ? [invalid('/exerciseId', 'belongs to the status EXERCISE')]
    : [];
}

const pointers: Readonly<Record<string, string>> = {
  'grant.exercise': '/status',
  'grant.test': '/status',
  'classification.above-ceiling': '/classification',
};

function checkPermission(draft: MessageDraft, subject: Subject, nowMs: number): Finding[] {
  const resource = {
    kind: 'submission',
    classification: draft.classification,
    status: draft.status,
  } as const;
  const decision = decide(subject, 'message.submit', resource, { nowMs });
  if (decision.effect === 'allow') return [];
  const pointer = pointers[decision.code] ?? '';
  return decision.code === 'classification.above-ceiling'
    ? [{ code: 'above-ceiling', pointer, detail: 'above the clearance of the sender' }]
    : [{ code: 'forbidden', pointer, detail: `not covered by the sender\u2019s grants (${decision.code})` }];
}
