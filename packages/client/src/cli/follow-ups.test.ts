import { afterEach, describe, expect, it } from 'vitest';
import { answer, type SeenRequest } from '../../test/scripted-server.ts';
import {
  accepted,
  asked,
  digest,
  headId,
  mailbox,
  own,
  ownId,
  received,
  requestId,
  ScriptedSession,
} from './follow-ups.fixture.ts';

const session = new ScriptedSession();
afterEach(() => session.stop());

/** What every follow-up to a message of this thread has in common. */
const inherited = {
  status: 'EXERCISE',
  exerciseId: 'EX-1',
  activity: 'OPERATIONAL',
  urgency: 'URGENT',
  urgencyGround: 'SUSPECT_ABOUT_TO_LEAVE',
  crimeAreas: ['TERRORISM'],
  classification: 'RESTRICTED',
  tlp: 'AMBER',
  handling: ['H1'],
  threadId: headId,
};
const { urgencyGround: _, ...unhurried } = { ...inherited, urgency: 'ROUTINE' };
/** What a message of one's own also hands down. */
const ownMarkings = {
  provenance: own.message.provenance,
  matchPolicy: 'OWNER_ONLY',
  recipients: { excluded: ['post:XX'] },
};
const head = { messageId: headId, reference: 'DJ-26-K7M2P4X-M', requestDigest: digest };

const cases: [args: string[], body: Record<string, unknown>][] = [
  [
    ['reply', 'dj-26-k7m2p4x-m', 'It is known.'],
    { ...inherited, kind: 'REPLY', inReplyTo: headId, body: { outcome: 'FULL', content: 'It is known.' } },
  ],
  [
    ['reply', headId, 'A case is open.', '--refusal-ground', 'ongoing-investigation', '--urgency', 'routine'],
    {
      ...unhurried,
      kind: 'REPLY',
      inReplyTo: headId,
      body: {
        outcome: 'REFUSED',
        refusalGround: 'ONGOING_INVESTIGATION',
        refusalExplanation: 'A case is open.',
      },
    },
  ],
  [
    ['reply', headId, '--new-date', '2030-01-01T12:00Z'],
    {
      ...inherited,
      kind: 'REPLY',
      inReplyTo: headId,
      body: { outcome: 'EXTENSION', newReplyBy: '2030-01-01T12:00:00.000Z' },
    },
  ],
  [
    ['supplement', 'CT-26-7Z2B9KM-H', 'and again'],
    { ...inherited, ...ownMarkings, kind: 'SUPPLEMENT', inReplyTo: ownId, body: { text: 'and again' } },
  ],
  [
    ['correct', ownId, 'at the gate', '--reason', 'the place'],
    {
      ...inherited,
      ...ownMarkings,
      kind: 'CORRECTION',
      supersedes: ownId,
      body: { reason: 'the place', supplement: { ...own.message.body, text: 'at the gate' } },
    },
  ],
  [
    ['cancel', ownId, '--reason', 'wrong', '--delete'],
    {
      ...inherited,
      ...ownMarkings,
      kind: 'CANCELLATION',
      cancels: ownId,
      body: { reason: 'wrong', action: 'DELETE' },
    },
  ],
  [
    [
      'dispatch',
      headId,
      'Check it.',
      '--to',
      'post:CI,post:SN',
      '--info',
      'post:MA',
      '--attention',
      'post:SN=attaché:exclusive',
      '--crime-area',
      'other',
    ],
    {
      ...inherited,
      crimeAreas: ['OTHER'],
      kind: 'DISPATCH',
      body: {
        original: head,
        action: [
          { correspondent: 'post:CI' },
          { correspondent: 'post:SN', attention: { positions: ['attaché'], exclusive: true } },
        ],
        information: [{ correspondent: 'post:MA' }],
        instruction: 'Check it.',
      },
    },
  ],
  [
    [
      'disclose',
      headId,
      'tools',
      ...['--told-to', 'Port', '--country', 'dj', '--form', 'oral', '--at', '2026-11-23T10:15Z'],
      ...['--legal-basis', 'bilateral-agreement', '--justification', 'needed', '--authorised-by', 'Attaché'],
    ],
    {
      ...unhurried,
      kind: 'DISCLOSURE',
      inReplyTo: headId,
      body: {
        original: head,
        recipientBody: 'Port',
        recipientCountry: 'DJ',
        form: 'ORAL',
        disclosedAt: '2026-11-23T10:15:00.000Z',
        content: 'tools',
        legalBasis: 'BILATERAL_AGREEMENT',
        justification: 'needed',
        authorisedBy: 'Attaché',
      },
    },
  ],
  [
    ['release', 'request', headId, '--to', 'partner:example-agency', '--purpose', 'to search it'],
    {
      ...inherited,
      kind: 'RELEASE_REQUEST',
      inReplyTo: headId,
      body: { original: head, releaseTo: ['partner:example-agency'], purpose: 'to search it' },
    },
  ],
  [
    ['release', 'grant', 'CI-26-3QH7T2A-C', '--conditions', 'no copy', '--until', '2030-12-01T00:00Z'],
    {
      ...inherited,
      kind: 'RELEASE',
      inReplyTo: requestId,
      body: {
        original: asked.message.body.original,
        granted: true,
        releaseTo: ['partner:example-agency'],
        conditions: 'no copy',
        validUntil: '2030-12-01T00:00:00.000Z',
      },
    },
  ],
  [
    ['release', 'refuse', ownId],
    {
      ...inherited,
      ...ownMarkings,
      kind: 'RELEASE',
      inReplyTo: ownId,
      body: {
        original: { messageId: ownId, reference: 'CT-26-7Z2B9KM-H', requestDigest: digest },
        granted: false,
        releaseTo: [],
      },
    },
  ],
  [
    ['close', headId, 'Thank you.', '--outcome', 'duplicate', '--duplicate-of', 'CT-26-7Z2B9KM-H'],
    {
      ...unhurried,
      kind: 'CLOSURE',
      body: { outcome: 'DUPLICATE', feedback: 'Thank you.', duplicateOf: headId },
    },
  ],
  [
    [
      'ask',
      'Which quay?',
      ...['--about', headId, '--to', 'post:DJ', '--reply-by', '2030-01-01T12:00Z'],
      ...['--purpose', 'to find it', '--facts', 'it names one', '--why', 'it wrote it'],
    ],
    {
      ...unhurried,
      kind: 'INFORMATION_REQUEST',
      inReplyTo: headId,
      replyBy: '2030-01-01T12:00:00.000Z',
      recipients: { action: [{ correspondent: 'post:DJ' }], information: [] },
      body: {
        question: 'Which quay?',
        purpose: 'to find it',
        facts: 'it names one',
        addresseeReason: 'it wrote it',
      },
    },
  ],
];

describe('a message about another', () => {
  it.each(cases)('%j', async (args, body) => {
    const { code, out, err } = await session.type(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(session.posted()).toEqual(body);
    expect(out).toMatch(/^✓ CT-26-9WX4M6D-5 {2}accepted {2}m\n {2}chappe (?:status|track|thread) \S+\n$/);
  });

  it('asks a question that opens a matter, and then wants to know whether it is real', async () => {
    const question = [
      ...['ask', '-', '--to', 'post:LB', '--reply-by', '+3d', '--purpose', 'p', '--facts', 'f', '--why', 'w'],
      ...['--crime-area', 'computer-crime', '--submission-id', '019ab3d2-e004-7c4a-9d21-5b7f0e3a1004'],
    ];
    expect(await session.type(question, mailbox(), 'Known?\n')).toMatchObject({ code: 2 });
    expect(session.requests).toEqual([]);
    expect((await session.type([...question, '--actual'], mailbox(), 'Known?\n')).code).toBe(0);
    // Three days after the moment in the submission id, whenever the line is typed again.
    const askedAtMs = 0x019ab3d2e004;
    expect(session.posted()).toMatchObject({
      status: 'ACTUAL',
      replyBy: new Date(askedAtMs + 3 * 86_400_000).toISOString(),
      body: { question: 'Known?' },
    });
  });

  it('rests a second correction on the first, which it would undo otherwise', async () => {
    const first = {
      ...own.message,
      messageId: requestId,
      kind: 'CORRECTION',
      supersedes: ownId,
      body: {
        reason: 'r',
        supplement: { text: 'at the gate', entities: [{ entityId: 'e2', type: 'VEHICLE' }] },
      },
    };
    const thread = [
      { direction: 'sent', ...own },
      { direction: 'sent', ...own, messageId: requestId, message: first },
    ];
    const { code } = await session.type(
      ['correct', ownId, 'at the fence', '--reason', 'again'],
      mailbox(thread),
    );
    expect(code).toBe(0);
    expect(session.posted()).toMatchObject({
      supersedes: ownId,
      body: { supplement: { text: 'at the fence', entities: [{ entityId: 'e2' }] } },
    });
  });

  it('says who has it after a dry run, and sends nothing', async () => {
    const explained = {
      reference: accepted.reference,
      explanation: { outcome: 'ACCEPTED', correspondents: [] },
    };
    const script = (request: SeenRequest) =>
      request.method === 'POST' ? answer(200, explained) : mailbox()(request);
    const { code, out } = await session.type(['cancel', ownId, '--reason', 'wrong', '--dry-run'], script);
    expect(code).toBe(0);
    expect(out).toContain('Nothing was sent.');
    expect(session.requests.at(-1)?.query.get('dryRun')).toBe('true');
  });
});

describe('what cannot be sent', () => {
  it.each([
    [['reply', headId], 2, 'There is no text.'],
    [['reply', headId, 'x', '--outcome', 'refused'], 2, '--refusal-ground go together'],
    [['reply', headId, '--new-date', '2026-02-31'], 2, 'is not a time'],
    [['reply', headId, 'x', '--outcome', 'perhaps'], 2, 'full, partial'],
    [['correct', ownId, 'at the quay', '--reason', 'none'], 2, 'Nothing would be corrected.'],
    [['correct', headId, 'x', '--reason', 'not mine'], 6, 'not-found'],
    [['dispatch', headId, 'x'], 2, 'add --to or --info'],
    [
      ['dispatch', headId, 'x', '--to', 'post:CI,post:SN', '--attention', 'attaché'],
      2,
      '--attention post:CI=attaché',
    ],
    [['release', 'grant', headId, '--to', 'x'], 2, 'neither a request for release nor a message of your own'],
    [['close', headId, '--outcome', 'duplicate'], 2, '--duplicate-of go together'],
    [['close', headId], 2, '--outcome'],
    [['supplement', 'DJ-26-K7M2P4Y-M', 'x'], 2, 'check symbol'],
    [['supplement', headId, 'x', '--text-file', 'y'], 2, 'give the text once'],
    [['supplement', headId, 'x', '--submission-id', 'mine'], 2, 'is a UUIDv7'],
  ])('%j ends with %i', async (args, expected, words) => {
    const { code, err } = await session.type(args);
    expect(code).toBe(expected);
    expect(err).toContain(words);
    expect(session.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('a follow-up to a flash without an area, to a refused message and to one without content', async () => {
    const { crimeAreas: none, ...bare } = received.message;
    expect(none).toEqual(['TERRORISM']);
    const flash = await session.type(
      ['supplement', headId, 'x'],
      [answer(200, { ...received, message: bare })],
    );
    expect(flash).toMatchObject({ code: 2, err: expect.stringContaining('--crime-area') });
    const refused = await session.type(
      ['cancel', ownId, '--reason', 'x'],
      [answer(200, { ...own, state: 'REFUSED' })],
    );
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('reached nobody') });
    const { message: gone, ...withdrawn } = received;
    expect(gone.kind).toBe('LEAD');
    const empty = await session.type(
      ['reply', headId, 'x'],
      [answer(200, { ...withdrawn, withdrawn: true })],
    );
    expect(empty).toMatchObject({ code: 2, err: expect.stringContaining('no content any more') });
  });
});
