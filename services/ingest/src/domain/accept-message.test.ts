import type { Subject } from '@chappe/policy';
import { type Correspondent, isReference, type MessageRequest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { type AcceptanceContext, acceptMessage, deriveIdentity } from './accept-message.ts';

const nowMs = Date.UTC(2026, 4, 4, 2, 0);
const submissionId = '019deff1-ce00-7000-8000-000000000001';
const { messageId, reference } = deriveIdentity({ code: 'post:DJ', shortCode: 'DJ' }, submissionId);
const thread = '019df000-0000-8000-8000-00000000000a';
const original = '019df000-0000-8000-8000-00000000000b';
const at = (hours: number): string => new Date(nowMs + hours * 3_600_000).toISOString();

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

const grant = (role: Subject['grants'][number]['role'], mayExercise = false): Subject['grants'][number] => ({
  role,
  position: 'attaché',
  clearance: 'SECRET',
  crimeAreas: [],
  mayExercise,
});
const as = (role: Subject['grants'][number]['role'], changes: Partial<Subject> = {}): Subject => ({
  kind: 'PERSON',
  id: 'person-1',
  correspondent: 'post:DJ',
  grants: [grant(role)],
  directoryRelease: 3,
  ...changes,
});

const context: AcceptanceContext = {
  subject: as('officer'),
  correspondents: new Map([
    correspondent('post:DJ'),
    correspondent('post:CI'),
    correspondent('desk:duty', { type: 'DESK', ceiling: 'SECRET' }),
    correspondent('post:OLD', { suspended: true }),
    correspondent('partner:agency', { type: 'PARTNER' }),
  ]),
  ceiling: 'SECRET',
  retention: { operational: 100, other: 50, rehearsal: 5 },
  receivedAtMs: nowMs,
  traceId: '0af7651916cd43dd8448eb211c80319c',
};

const lead: MessageRequest = {
  kind: 'LEAD',
  status: 'ACTUAL',
  urgency: 'ROUTINE',
  crimeAreas: ['DRUG_TRAFFICKING'],
  body: { text: 'A dhow left at dawn.' },
};
const flash: MessageRequest = {
  ...lead,
  urgency: 'FLASH',
  urgencyGround: 'THREAT_TO_LIFE',
  places: [{ country: 'DJ' }],
  body: { text: 'Now.', callback: '+253 00 00 00 00' },
};
const reply: MessageRequest = {
  kind: 'REPLY',
  status: 'ACTUAL',
  urgency: 'ROUTINE',
  crimeAreas: ['DRUG_TRAFFICKING'],
  threadId: thread,
  inReplyTo: original,
  body: { outcome: 'FULL', content: 'Yes.' },
};

const accept = (request: MessageRequest, changes: Partial<AcceptanceContext> = {}) =>
  acceptMessage(
    { request, submissionId, messageId, reference, requestDigest: 'd'.repeat(64) },
    { ...context, ...changes },
  );

/** `code pointer` of each finding. */
const findings = (request: MessageRequest, changes: Partial<AcceptanceContext> = {}): string[] => {
  const acceptance = accept(request, changes);
  return acceptance.status === 'accepted'
    ? []
    : acceptance.findings.map((each) => `${each.code} ${each.pointer}`);
};

describe('a message that is accepted', () => {
  it('carries what the server sets, and nothing that the client could have set', () => {
    const acceptance = accept(lead);
    if (acceptance.status !== 'accepted') throw new Error(JSON.stringify(acceptance));
    const { message, lane } = acceptance;
    expect(lane).toBe('routine');
    expect(message).toMatchObject({
      messageId,
      threadId: messageId,
      submissionId,
      sender: { correspondent: 'post:DJ' },
      actor: 'person-1',
      releasedBy: 'person-1',
      releasedAt: nowMs,
      receivedAt: nowMs,
      retainUntil: nowMs + 100 * 86_400_000,
      requestDigest: 'd'.repeat(64),
      traceId: context.traceId,
      classification: 'RESTRICTED',
      withheld: [],
    });
    expect(message.reference).toMatch(/^DJ-26-/);
    expect(isReference(message.reference)).toBe(true);
  });

  it('travels in the lane of its urgency, in the thread of what it refers to', () => {
    expect(accept(flash)).toMatchObject({ lane: 'flash' });
    expect(accept({ ...lead, urgency: 'URGENT' })).toMatchObject({ lane: 'urgent' });
    expect(accept(reply)).toMatchObject({ message: { threadId: thread } });
  });

  it('is kept as long as what it is', () => {
    const kept = (request: MessageRequest, subject = context.subject): number => {
      const acceptance = accept(request, { subject });
      return acceptance.status === 'accepted'
        ? ((acceptance.message.retainUntil ?? 0) - nowMs) / 86_400_000
        : -1;
    };
    expect(kept({ ...lead, activity: 'TECHNICAL' })).toBe(50);
    const exercising = as('officer', { grants: [grant('officer', true)] });
    expect(kept({ ...lead, status: 'EXERCISE', exerciseId: 'EX-1' }, exercising)).toBe(5);
  });

  it('was released by nobody yet when it is an emergency, or when a machine sends it', () => {
    expect(accept({ ...flash, releaseMode: 'EMERGENCY' })).toMatchObject({
      message: { releasedBy: null, releasedAt: null },
    });
    expect(accept(lead, { subject: as('officer', { kind: 'SYSTEM' }) })).toMatchObject({
      message: { releasedBy: null },
    });
  });
});

describe('who may send what', () => {
  it.each<[string, MessageRequest, Subject, string[]]>([
    ['an operator', lead, as('operator'), ['forbidden ']],
    [
      'an exercise without the right',
      { ...lead, status: 'EXERCISE', exerciseId: 'EX' },
      as('officer'),
      ['forbidden /status'],
    ],
    [
      'an exercise without a name',
      { ...lead, status: 'EXERCISE' },
      as('officer', { grants: [grant('officer', true)] }),
      ['missing-field /exerciseId'],
    ],
    [
      'a name of an exercise on an actual message',
      { ...lead, exerciseId: 'EX' },
      as('officer'),
      ['invalid-value /exerciseId'],
    ],
    ['a test by an officer', { ...lead, status: 'TEST' }, as('officer'), ['forbidden /status']],
    ['a test by a service', { ...lead, status: 'TEST' }, as('service'), []],
    [
      'a partner addressed by an officer',
      to('partner:agency'),
      as('officer'),
      ['release-required /recipients/action/0/correspondent'],
    ],
    ['a partner addressed by a releaser', to('partner:agency'), as('releaser'), []],
    [
      'a partner addressed in an emergency',
      { ...flash, recipients: { action: [{ correspondent: 'partner:agency' }] }, releaseMode: 'EMERGENCY' },
      as('officer'),
      [],
    ],
    [
      'an emergency that is not a flash',
      { ...lead, releaseMode: 'EMERGENCY' },
      as('officer'),
      ['invalid-value /releaseMode'],
    ],
  ])('%s', (_what, request, subject, expected) => {
    expect(findings(request, { subject })).toEqual(expected);
  });

  it('nobody sends for a correspondent that the directory does not have', () => {
    expect(findings(lead, { subject: as('officer', { correspondent: 'post:XX' }) })).toEqual([
      'unknown-correspondent ',
    ]);
  });
});

describe('a flash lead', () => {
  it('needs its text, a place, a ground and a callback, and nothing more, not even an area', () => {
    expect(findings({ ...flash, crimeAreas: [] })).toEqual([]);
    expect(findings({ ...lead, urgency: 'FLASH' })).toEqual([
      'missing-field /places',
      'missing-field /urgencyGround',
      'missing-field /body/callback',
    ]);
  });

  it('has at most a thousand characters, as people count them', () => {
    const body = { text: '😀'.repeat(1_000), callback: '+1' };
    expect(findings({ ...flash, body } as MessageRequest)).toEqual([]);
    expect(findings({ ...flash, body: { ...body, text: `${body.text}.` } } as MessageRequest)).toEqual([
      'invalid-value /body/text',
    ]);
  });
});

describe('markings', () => {
  it.each<[string, Partial<MessageRequest>, string[]]>([
    ['no area on an operational message', { crimeAreas: [] }, ['missing-field /crimeAreas']],
    ['no area on a technical message', { crimeAreas: [], activity: 'TECHNICAL' }, []],
    [
      'above the ceiling of the correspondent',
      { classification: 'SECRET' },
      ['above-ceiling /classification'],
    ],
    ['H0 with H1', { handling: ['H0', 'H1'] }, ['invalid-value /handling']],
    ['H1 with H2', { handling: ['H1', 'H2'] }, []],
    ['H3 without its words', { handling: ['H3'] }, ['missing-field /handlingNote']],
    ['H3 with blank words', { handling: ['H3'], handlingNote: ' ' }, ['missing-field /handlingNote']],
    ['H3 with its words', { handling: ['H3'], handlingNote: 'Not for court.' }, []],
    ['words without H3', { handlingNote: 'x' }, ['invalid-value /handlingNote']],
    [
      'a partner that is not named',
      { provenance: { kind: 'PARTNER', thirdPartyRule: true } },
      ['missing-field /provenance/partner'],
    ],
    [
      'an Admiralty code in the 4x4 scheme',
      { evaluation: { scheme: 'EUROPOL_4X4', source: 'D', information: '5' } },
      ['invalid-value /evaluation/source', 'invalid-value /evaluation/information'],
    ],
    ['the same in its own', { evaluation: { scheme: 'ADMIRALTY', source: 'D', information: '5' } }, []],
    ['a number without its stream', { senderSeq: 4 }, ['missing-field /senderStream']],
  ])('%s', (_what, changes, expected) => {
    expect(findings({ ...lead, ...changes } as MessageRequest)).toEqual(expected);
  });

  it('stay under the ceiling of the deployment and the clearance of the sender', () => {
    const desk = as('desk-officer', { correspondent: 'desk:duty' });
    const secret: MessageRequest = { ...lead, classification: 'SECRET' };
    expect(findings(secret, { subject: desk })).toEqual([]);
    expect(findings(secret, { subject: desk, ceiling: 'RESTRICTED' })).toEqual([
      'above-ceiling /classification',
    ]);
    const cleared = { ...desk, grants: [{ ...grant('desk-officer'), clearance: 'RESTRICTED' }] };
    expect(findings(secret, { subject: cleared })).toEqual(['above-ceiling /classification']);
  });
});

describe('recipients', () => {
  it.each<[string, MessageRequest['recipients'], string[]]>([
    [
      'a mistyped addressee',
      { action: [{ correspondent: 'post:C1' }] },
      ['unknown-correspondent /recipients/action/0/correspondent'],
    ],
    [
      'a mistyped exclusion, which would be told',
      { excluded: ['post:C1'] },
      ['unknown-correspondent /recipients/excluded/0'],
    ],
    [
      'a suspended addressee',
      { information: [{ correspondent: 'post:OLD' }] },
      ['unknown-correspondent /recipients/information/0/correspondent'],
    ],
    ['a suspended exclusion', { excluded: ['post:OLD'] }, []],
    ['one excluded twice', { excluded: ['post:CI', 'post:CI'] }, ['invalid-value /recipients/excluded/1']],
    [
      'one addressed twice',
      { action: [{ correspondent: 'post:CI' }, { correspondent: 'post:CI' }] },
      ['invalid-value /recipients/action/1/correspondent'],
    ],
    [
      'one addressed and excluded: the exclusion wins later',
      { action: [{ correspondent: 'post:CI' }], excluded: ['post:CI'] },
      [],
    ],
    [
      'exclusive attention for nobody',
      { action: [{ correspondent: 'post:CI', attention: { exclusive: true } }] },
      ['missing-field /recipients/action/0/attention/positions'],
    ],
  ])('%s', (_what, recipients, expected) => {
    expect(findings({ ...lead, recipients } as MessageRequest)).toEqual(expected);
  });

  it('of a dispatch are somebody, and known', () => {
    const dispatch = (body: object): MessageRequest =>
      ({
        ...lead,
        kind: 'DISPATCH',
        threadId: thread,
        body: { original: { messageId: original }, instruction: 'Act.', ...body },
      }) as MessageRequest;
    expect(findings(dispatch({}))).toEqual(['missing-field /body/action']);
    expect(findings(dispatch({ action: [{ correspondent: 'post:ZZ' }] }))).toEqual([
      'unknown-correspondent /body/action/0/correspondent',
    ]);
    expect(findings(dispatch({ action: [{ correspondent: 'post:CI' }] }))).toEqual([]);
  });
});

describe('references', () => {
  it.each<[string, MessageRequest, string[]]>([
    [
      'a lead that corrects',
      { ...lead, supersedes: original, threadId: thread } as MessageRequest,
      ['invalid-value /supersedes'],
    ],
    [
      'a lead that cancels',
      { ...lead, cancels: original, threadId: thread } as MessageRequest,
      ['invalid-value /cancels'],
    ],
    [
      'a reference without its thread',
      { ...lead, inReplyTo: original } as MessageRequest,
      ['missing-field /threadId'],
    ],
    [
      'a thread without a reference, which the server sets',
      { ...lead, threadId: thread } as MessageRequest,
      ['server-field /threadId'],
    ],
    ['a reply to itself', { ...reply, inReplyTo: messageId } as MessageRequest, ['invalid-value /inReplyTo']],
    [
      'a lead in answer to another, with its thread',
      { ...lead, inReplyTo: original, threadId: thread } as MessageRequest,
      [],
    ],
  ])('%s', (_what, request, expected) => {
    expect(findings(request)).toEqual(expected);
  });
});

describe('bodies', () => {
  it.each<[string, object, string[]]>([
    ['a full answer without content', { outcome: 'FULL' }, ['missing-field /body/content']],
    ['a refusal without ground', { outcome: 'REFUSED' }, ['missing-field /body/refusalGround']],
    [
      'a ground without refusal',
      { outcome: 'NEGATIVE', refusalGround: 'NATIONAL_SECURITY' },
      ['invalid-value /body/refusalGround'],
    ],
    ['an extension without date', { outcome: 'EXTENSION' }, ['missing-field /body/newReplyBy']],
    [
      'an extension into the past',
      { outcome: 'EXTENSION', newReplyBy: at(-1) },
      ['invalid-value /body/newReplyBy'],
    ],
    ['an extension', { outcome: 'EXTENSION', newReplyBy: at(24) }, []],
  ])('%s', (_what, body, expected) => {
    expect(findings({ ...reply, body } as MessageRequest)).toEqual(expected);
  });

  it('of a correction are held to what their own kind is held to', () => {
    const correction = (corrected: object): MessageRequest =>
      ({
        ...lead,
        kind: 'CORRECTION',
        threadId: thread,
        supersedes: original,
        body: { reason: 'typo', ...corrected },
      }) as MessageRequest;
    expect(findings(correction({ lead: { text: 'x' } }))).toEqual([]);
    expect(findings(correction({ reply: { outcome: 'FULL' } }))).toEqual([
      'missing-field /body/reply/content',
    ]);
  });

  it('name their entities once, with details of their type, and link those that exist', () => {
    const body = {
      text: 'x',
      entities: [
        { entityId: 'e1', type: 'PERSON', vehicle: { make: 'X' } },
        { entityId: 'e1', type: 'PHONE' },
      ],
      relations: [{ from: 'e1', to: 'e9', type: 'USES', basis: 'FACT' }],
    };
    expect(findings({ ...lead, body } as MessageRequest)).toEqual([
      'invalid-value /body/entities/0/vehicle',
      'invalid-value /body/entities/1/entityId',
      'invalid-value /body/relations/0/to',
    ]);
  });
});

describe('times', () => {
  it.each<[string, Partial<MessageRequest>, string[]]>([
    ['something that happens tomorrow', { occurredAt: at(24) }, ['invalid-value /occurredAt']],
    ['a clock a few minutes ahead', { authoredAt: at(0.05), sentAt: at(0.06) }, []],
    ['sent before it was written', { authoredAt: at(-1), sentAt: at(-2) }, ['invalid-value /sentAt']],
    ['a deadline in the past', { replyBy: at(-1) }, ['invalid-value /replyBy']],
    ['a deadline that passed while the message was on its way', { sentAt: at(-3), replyBy: at(-1) }, []],
    ['an end before the beginning', { validFrom: at(5), expiresAt: at(4) }, ['invalid-value /expiresAt']],
  ])('%s', (_what, changes, expected) => {
    expect(findings({ ...lead, ...changes } as MessageRequest)).toEqual(expected);
  });
});

describe('codes', () => {
  it.each<[string, Partial<MessageRequest>, string[]]>([
    [
      'a file name that reads backwards',
      attachment('report\u202Efdp.exe'),
      ['invalid-value /attachments/0/fileName'],
    ],
    [
      'a file name with a Cyrillic letter among Latin ones',
      attachment('p\u0430ssport.pdf'),
      ['invalid-value /attachments/0/fileName'],
    ],
    ['a file name in Cyrillic', attachment('паспорт.pdf'), []],
    ['a file name with accents', attachment('été.pdf'), []],
    [
      'an invisible mark in a foreign reference',
      { externalRefs: [{ system: 'SIENA', value: 'A\u200B1' }] },
      ['invalid-value /externalRefs/0/value'],
    ],
    [
      'Arabic with direction marks in free text',
      { body: { text: 'مرحبا \u200F dhow' } } as Partial<MessageRequest>,
      [],
    ],
  ])('%s', (_what, changes, expected) => {
    expect(findings({ ...lead, ...changes } as MessageRequest)).toEqual(expected);
  });
});

function attachment(fileName: string): Partial<MessageRequest> {
  return {
    attachments: [
      { uploader: 'post:DJ', sha256: 'a'.repeat(64), fileName, mediaType: 'application/pdf', sizeBytes: 1 },
    ],
  };
}

function to(code: string): MessageRequest {
  return { ...lead, recipients: { action: [{ correspondent: code }] } };
}
