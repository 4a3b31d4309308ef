import { decide, type Role, type Subject } from '@chappe/policy';
import type { Correspondent, MessageDraft } from '@chappe/schemas';
import { type Finding, invalid, missing } from './finding.ts';

/** What is needed of the directory: which correspondents are outside the network. */
export type Destinations = ReadonlyMap<string, Pick<Correspondent, 'type'>>;

/** Whether this sender may send such a message: policy for status and clearance, and release. */
export function checkSender(
  draft: MessageDraft,
  subject: Subject,
  correspondents: Destinations,
  nowMs: number,
): Finding[] {
  return [
    ...checkStatus(draft),
    ...checkPermission(draft, subject, nowMs),
    ...checkRelease(draft, subject, correspondents),
  ];
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

/** Who answers for what leaves the network: a releaser, the central desks, Chappe's own services. */
const releasing: readonly Role[] = ['releaser', 'desk-officer', 'desk-head', 'service'];
const outside: readonly string[] = ['PARTNER', 'CHANNEL', 'UNKNOWN'];

/** Sending outside the network needs a superior. EMERGENCY leaves at once and owes the review afterwards. */
function checkRelease(draft: MessageDraft, subject: Subject, correspondents: Destinations): Finding[] {
  if (draft.releaseMode === 'EMERGENCY') {
    return draft.urgency === 'FLASH'
      ? []
      : [invalid('/releaseMode', 'EMERGENCY is for a threat to life: the urgency is FLASH')];
  }
  if (subject.grants.some((grant) => releasing.includes(grant.role))) return [];
  return (['action', 'information'] as const).flatMap((role) =>
    draft.recipients[role].flatMap(({ correspondent }, index): Finding[] => {
      const type = correspondents.get(correspondent)?.type;
      if (type === undefined || !outside.includes(type)) return [];
      const pointer = `/recipients/${role}/${index}/correspondent`;
      return [{ code: 'release-required', pointer, detail: 'is outside the network: a releaser sends this' }];
    }),
  );
}
