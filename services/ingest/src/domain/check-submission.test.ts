import type { MessageRequest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { as, at, findings, grant, lead, messageId, original, reply, thread } from './submission.fixture.ts';

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
    ['a profile alone', { markingProfile: 'network' }, []],
    ['a profile that nobody knows', { markingProfile: 'mine' }, ['invalid-value /markingProfile']],
    [
      'a profile of a partner, without the partner',
      { markingProfile: 'partner-permission-needed' },
      ['missing-field /provenance'],
    ],
    [
      'markings that contradict the profile',
      {
        markingProfile: 'partner-permission-needed',
        tlp: 'GREEN',
        handling: ['H0'],
        provenance: { kind: 'PARTNER', partner: 'partner:agency', thirdPartyRule: false },
      },
      ['invalid-value /tlp', 'invalid-value /handling', 'invalid-value /provenance/thirdPartyRule'],
    ],
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

  it('of a disclosure name whom they were told to in one script, and when in the past', () => {
    const disclosure = (body: object): MessageRequest =>
      ({
        ...reply,
        kind: 'DISCLOSURE',
        body: {
          original: { messageId: original },
          recipientBody: 'Invented port authority',
          form: 'ORAL',
          disclosedAt: at(-1),
          content: 'Told.',
          legalBasis: 'BILATERAL_AGREEMENT',
          justification: 'Only they can stop it.',
          authorisedBy: 'Attaché',
          ...body,
        },
      }) as MessageRequest;
    expect(findings(disclosure({}))).toEqual([]);
    expect(findings(disclosure({ disclosedAt: at(1) }))).toEqual(['invalid-value /body/disclosedAt']);
    expect(
      findings(disclosure({ recipientBody: 'Port \u202Eytirohtua', authorisedBy: 'Att\u0430ché' })),
    ).toEqual(['invalid-value /body/recipientBody', 'invalid-value /body/authorisedBy']);
  });

  it('of a closure do not call a thread the duplicate of itself', () => {
    const closure = (duplicateOf: string): MessageRequest =>
      ({
        ...lead,
        kind: 'CLOSURE',
        threadId: thread,
        body: { outcome: 'DUPLICATE', duplicateOf },
      }) as MessageRequest;
    expect(findings(closure(thread))).toEqual(['invalid-value /body/duplicateOf']);
    expect(findings(closure(original))).toEqual([]);
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
    [
      'a clock that was never set',
      { authoredAt: '1970-01-01T00:07:00Z', sentAt: '1970-01-01T00:08:00Z' },
      ['invalid-value /authoredAt', 'invalid-value /sentAt'],
    ],
    ['something that happened long ago', { occurredAt: '1969-05-04T00:00:00Z' }, []],
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
      'a tag character that no font shows, in the name of a unit',
      { sender: { unit: 'Chancery\u{E0041}' } },
      ['invalid-value /sender/unit'],
    ],
    [
      'a line separator in whom a tear line may be told',
      { tearline: { text: 'x', language: 'en', releasableTo: ['Port\u2028authority'], form: 'ORAL' } },
      ['invalid-value /tearline/releasableTo/0'],
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
