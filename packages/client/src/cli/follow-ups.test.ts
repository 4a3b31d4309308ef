import { messageRequestSchema } from '@chappe/schemas';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, describe, expect, it } from 'vitest';
import type { Run } from '../../test/run-chappe.ts';
import {
  answer,
  item,
  problem,
  type ScriptedReply,
  type ScriptedServer,
  type SeenRequest,
  startScriptedServer,
} from '../../test/scripted-server.ts';
import { typeChappe } from '../../test/type-chappe.ts';

const ajv = new Ajv2020.default({ discriminator: true, allErrors: true, strict: true });
addFormats.default(ajv);
const isRequest = ajv.compile(messageRequestSchema);

const headId = '01900000-0000-8000-8000-000000000001';
const ownId = '01900000-0000-8000-8000-000000000002';
const requestId = '01900000-0000-8000-8000-000000000003';
const digest = 'a'.repeat(64);
const header = {
  status: 'EXERCISE',
  exerciseId: 'EX-1',
  activity: 'OPERATIONAL',
  urgency: 'URGENT',
  urgencyGround: 'SUSPECT_ABOUT_TO_LEAVE',
  crimeAreas: ['TERRORISM'],
  classification: 'RESTRICTED',
  tlp: 'AMBER',
  handling: ['H1'],
  releaseMode: 'NORMAL',
  matchPolicy: 'OWNER_ONLY',
  receivedAt: '2026-11-23T08:30:00.000Z',
  schemaVersion: 1,
  requestDigest: digest,
  threadId: headId,
};
/** What the other side sent: the head of the thread. */
const received = {
  ...item(4),
  messageId: headId,
  message: {
    ...header,
    messageId: headId,
    reference: 'DJ-26-K7M2P4X-M',
    kind: 'LEAD',
    body: { text: 'a white van', title: 'A van' },
  },
};
/** What this side sent into the same thread. */
const own = {
  messageId: ownId,
  state: 'ACCEPTED',
  reference: 'CT-26-7Z2B9KM-H',
  kind: 'SUPPLEMENT',
  message: {
    ...header,
    messageId: ownId,
    reference: 'CT-26-7Z2B9KM-H',
    kind: 'SUPPLEMENT',
    inReplyTo: headId,
    provenance: { kind: 'PARTNER', partner: 'partner:example-agency', thirdPartyRule: true },
    recipients: { action: [{ correspondent: 'post:CI' }], excluded: ['post:XX'] },
    body: { text: 'at the quay', entities: [{ entityId: 'e1', type: 'VEHICLE' }] },
  },
};
const asked = {
  ...item(9),
  messageId: requestId,
  message: {
    ...header,
    messageId: requestId,
    reference: 'CI-26-3QH7T2A-C',
    kind: 'RELEASE_REQUEST',
    inReplyTo: ownId,
    body: {
      original: { messageId: ownId, reference: 'CT-26-7Z2B9KM-H', requestDigest: digest },
      releaseTo: ['partner:example-agency'],
      purpose: 'to search it',
    },
  },
};
const accepted = { messageId: 'm', reference: 'CT-26-9WX4M6D-5', status: 'http://x/v1/sent/m' };

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** A mailbox with the three messages above, and an ingest that accepts. */
function mailbox(thread: readonly unknown[] = [{ direction: 'sent', ...own }]) {
  const byId: Record<string, unknown> = {
    [`/v1/inbox/${headId}`]: received,
    [`/v1/inbox/${requestId}`]: asked,
    [`/v1/sent/${ownId}`]: own,
    '/v1/inbox': { items: [asked, received] },
    '/v1/sent': { items: [own] },
    [`/v1/threads/${headId}`]: { items: thread },
  };
  return (request: SeenRequest): ScriptedReply => {
    if (request.method === 'POST') return answer(202, accepted);
    const found = byId[request.path];
    return found === undefined ? problem(404, 'not-found') : answer(200, found);
  };
}

async function type(
  args: readonly string[],
  script: Parameters<typeof startScriptedServer>[0] = mailbox(),
  input = '',
): Promise<Run> {
  server = await startScriptedServer(script);
  return typeChappe(args, { env: { CHAPPE_URL: server.url, CHAPPE_TOKEN: 'a-token' }, input });
}

function posted(): Record<string, unknown> {
  const sent = server?.requests.filter(({ method }) => method === 'POST') ?? [];
  expect(sent).toHaveLength(1);
  const { submissionId, ...body } = (sent[0]?.body ?? {}) as Record<string, unknown>;
  expect(submissionId).toMatch(/-7/);
  expect(isRequest({ submissionId, ...body }) ? [] : isRequest.errors).toEqual([]);
  return body;
}

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
      '--crime-area',
      'other',
    ],
    {
      ...inherited,
      crimeAreas: ['OTHER'],
      kind: 'DISPATCH',
      body: {
        original: head,
        action: [{ correspondent: 'post:CI' }, { correspondent: 'post:SN' }],
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
    const { code, out, err } = await type(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(posted()).toEqual(body);
    expect(out).toMatch(/^✓ CT-26-9WX4M6D-5 {2}accepted {2}m\n {2}chappe (?:status|track|thread) \S+\n$/);
  });

  it('asks a question that opens a matter, and then wants to know whether it is real', async () => {
    const question = [
      ...['ask', '-', '--to', 'post:LB', '--reply-by', '+3d', '--purpose', 'p', '--facts', 'f', '--why', 'w'],
      ...['--crime-area', 'computer-crime', '--submission-id', '019ab3d2-e004-7c4a-9d21-5b7f0e3a1004'],
    ];
    expect(await type(question, mailbox(), 'Known?\n')).toMatchObject({ code: 2 });
    expect(server?.requests).toEqual([]);
    await server?.stop();
    expect((await type([...question, '--actual'], mailbox(), 'Known?\n')).code).toBe(0);
    // Three days after the moment in the submission id, whenever the line is typed again.
    const askedAtMs = 0x019ab3d2e004;
    expect(posted()).toMatchObject({
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
    const { code } = await type(['correct', ownId, 'at the fence', '--reason', 'again'], mailbox(thread));
    expect(code).toBe(0);
    expect(posted()).toMatchObject({
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
    const { code, out } = await type(['cancel', ownId, '--reason', 'wrong', '--dry-run'], script);
    expect(code).toBe(0);
    expect(out).toContain('Nothing was sent.');
    expect(server?.requests.at(-1)?.query.get('dryRun')).toBe('true');
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
    [['release', 'grant', headId, '--to', 'x'], 2, 'neither a request for release nor a message of your own'],
    [['close', headId, '--outcome', 'duplicate'], 2, '--duplicate-of go together'],
    [['close', headId], 2, '--outcome'],
    [['supplement', 'DJ-26-K7M2P4Y-M', 'x'], 2, 'check symbol'],
    [['supplement', headId, 'x', '--text-file', 'y'], 2, 'give the text once'],
    [['supplement', headId, 'x', '--submission-id', 'mine'], 2, 'is a UUIDv7'],
  ])('%j ends with %i', async (args, expected, words) => {
    const { code, err } = await type(args);
    expect(code).toBe(expected);
    expect(err).toContain(words);
    expect(server?.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('a follow-up to a flash without an area, to a refused message and to one without content', async () => {
    const { crimeAreas: none, ...bare } = received.message;
    expect(none).toEqual(['TERRORISM']);
    const flash = await type(['supplement', headId, 'x'], [answer(200, { ...received, message: bare })]);
    expect(flash).toMatchObject({ code: 2, err: expect.stringContaining('--crime-area') });
    await server?.stop();
    const refused = await type(
      ['cancel', ownId, '--reason', 'x'],
      [answer(200, { ...own, state: 'REFUSED' })],
    );
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('reached nobody') });
    await server?.stop();
    const { message: gone, ...withdrawn } = received;
    expect(gone.kind).toBe('LEAD');
    const empty = await type(['reply', headId, 'x'], [answer(200, { ...withdrawn, withdrawn: true })]);
    expect(empty).toMatchObject({ code: 2, err: expect.stringContaining('no content any more') });
  });
});

describe('thread', () => {
  const entries = [
    { direction: 'received', ...received, receiptState: 'READ', recalledBy: ownId },
    { direction: 'sent', ...own },
  ];

  it('is found by a message inside it, and shows each below what it answers', async () => {
    const { code, out } = await type(['thread', 'CT-26-7Z2B9KM-H'], mailbox(entries));
    expect(code).toBe(0);
    const [head, first, second] = out.split('\n');
    expect(head).toMatch(/^REFERENCE +FROM +KIND +STATE +WHEN +TEXT$/);
    expect(first).toMatch(/^DJ-26-K7M2P4X-M +post:DJ +LEAD +READ \(recalled\) .* A van$/);
    expect(second).toMatch(/^· CT-26-7Z2B9KM-H +\(you\) +SUPPLEMENT .* at the quay$/);
  });

  it('takes an id for a thread first, then for a message', async () => {
    const { code } = await type(['thread', ownId, '--json'], mailbox(entries));
    expect(code).toBe(0);
    expect(server?.requests.map(({ path }) => path)).toEqual([
      `/v1/threads/${ownId}`,
      `/v1/inbox/${ownId}`,
      `/v1/sent/${ownId}`,
      `/v1/threads/${headId}`,
    ]);
  });
});
