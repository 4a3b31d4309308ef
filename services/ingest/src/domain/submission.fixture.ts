import type { Subject } from '@chappe/policy';
import type { Correspondent, MessageRequest, ReleaseRule } from '@chappe/schemas';
import { type AcceptanceContext, acceptMessage, deriveIdentity } from './accept-message.ts';

/** When the submissions of the tests are received. */
export const nowMs = Date.UTC(2026, 4, 4, 2, 0);
/** The submission of the tests. */
export const submissionId = '019deff1-ce00-7000-8000-000000000001';
/** What derives from it. */
export const { messageId, reference } = deriveIdentity({ code: 'post:DJ', shortCode: 'DJ' }, submissionId);
/** A thread that exists elsewhere. */
export const thread = '019df000-0000-8000-8000-00000000000a';
/** A message that exists elsewhere. */
export const original = '019df000-0000-8000-8000-00000000000b';
/** A time so many hours from now. */
export const at = (hours: number): string => new Date(nowMs + hours * 3_600_000).toISOString();

const correspondent = (code: string, changes: Partial<Correspondent> = {}): [string, Correspondent] => [
  code,
  {
    code,
    type: 'POST',
    shortCode: 'DJ',
    nameFr: code,
    nameEn: code,
    country: null,
    city: null,
    ceiling: 'RESTRICTED',
    themes: [],
    dutyDesk: false,
    suspended: false,
    ...changes,
  },
];

/** A grant of a role. */
export const grant = (
  role: Subject['grants'][number]['role'],
  mayExercise = false,
): Subject['grants'][number] => ({
  role,
  position: 'attaché',
  clearance: 'SECRET',
  crimeAreas: [],
  mayExercise,
});
/** Somebody in a role at the post of Djibouti. */
export const as = (role: Subject['grants'][number]['role'], changes: Partial<Subject> = {}): Subject => ({
  kind: 'PERSON',
  id: 'person-1',
  correspondent: 'post:DJ',
  grants: [grant(role)],
  directoryRelease: 3,
  ...changes,
});

/** A rule that asks for a release, unless a test says otherwise for partners. */
export const releaseRule = (changes: Partial<ReleaseRule> = {}): ReleaseRule => ({
  releaseRuleId: 'to-partners',
  kinds: [],
  urgencies: [],
  activities: [],
  destinationTypes: ['PARTNER'],
  destinations: [],
  roles: ['releaser', 'desk-officer', 'desk-head', 'service'],
  author: 'person-1',
  reason: 'What leaves the network commits the post.',
  validFrom: 0,
  validUntil: null,
  ...changes,
});

/** Who asks, the directory and the time, unless a test says otherwise. */
export const context: AcceptanceContext = {
  subject: as('officer'),
  directory: {
    correspondents: new Map([
      correspondent('post:DJ'),
      correspondent('post:CI'),
      correspondent('desk:duty', { type: 'DESK', ceiling: 'SECRET' }),
      correspondent('post:OLD', { suspended: true }),
      correspondent('partner:agency', { type: 'PARTNER' }),
    ]),
    releaseRules: [releaseRule()],
    ruleIndex: { rules: [], byId: new Map(), always: [], drawers: [] },
    dutyDesk: 'desk:duty',
  },
  ceiling: 'SECRET',
  retention: { operational: 100, other: 50, rehearsal: 5 },
  receivedAtMs: nowMs,
  traceId: '0af7651916cd43dd8448eb211c80319c',
};

/** A lead that may be sent. */
export const lead: MessageRequest = {
  kind: 'LEAD',
  status: 'ACTUAL',
  urgency: 'ROUTINE',
  crimeAreas: ['DRUG_TRAFFICKING'],
  body: { text: 'A dhow left at dawn.' },
};
/** A flash lead that may be sent. */
export const flash: MessageRequest = {
  ...lead,
  urgency: 'FLASH',
  urgencyGround: 'THREAT_TO_LIFE',
  places: [{ country: 'DJ' }],
  body: { text: 'Now.', callback: '+253 00 00 00 00' },
};
/** A reply that may be sent. */
export const reply: MessageRequest = {
  kind: 'REPLY',
  status: 'ACTUAL',
  urgency: 'ROUTINE',
  crimeAreas: ['DRUG_TRAFFICKING'],
  threadId: thread,
  inReplyTo: original,
  body: { outcome: 'FULL', content: 'Yes.' },
};

/** Accepts a request under the submission of the tests. */
export const accept = (request: MessageRequest, changes: Partial<AcceptanceContext> = {}) =>
  acceptMessage(
    { request, submissionId, messageId, reference, requestDigest: 'd'.repeat(64) },
    { ...context, ...changes },
  );

/** `code pointer` of each finding. */
export const findings = (request: MessageRequest, changes: Partial<AcceptanceContext> = {}): string[] => {
  const acceptance = accept(request, changes);
  return acceptance.status === 'accepted'
    ? []
    : acceptance.findings.map((each) => `${each.code} ${each.pointer}`);
};
