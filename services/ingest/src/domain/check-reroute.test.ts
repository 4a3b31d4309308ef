import type { Subject } from '@chappe/policy';
import { draftFromJson, type MessageRequest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { checkRecipients } from './check-recipients.ts';
import { checkReroute } from './check-reroute.ts';

const about = '019ab3d2-e000-8c4a-9d21-5b7f0e3a1001';
const order = {
  kind: 'SERVICE',
  status: 'ACTUAL',
  urgency: 'ROUTINE',
  activity: 'TECHNICAL',
  threadId: about,
  inReplyTo: about,
  recipients: { action: [{ correspondent: 'post:CI' }] },
  body: { code: 'REROUTE', about: { messageId: about } },
} satisfies MessageRequest;

const mailbox: Subject = {
  kind: 'SYSTEM',
  id: 'system-mailbox',
  correspondent: 'service:system',
  directoryRelease: 1,
  grants: [{ role: 'service', position: 'system', clearance: 'SECRET', crimeAreas: [], mayExercise: true }],
};
const findings = (request: MessageRequest, subject = mailbox) =>
  checkReroute(draftFromJson(request), subject).map(({ code, pointer }) => `${code} ${pointer}`);

describe('an order to reroute', () => {
  it('passes when a system of Chappe’s own gives it about one message and one correspondent', () => {
    expect(findings(order)).toEqual([]);
  });

  it.each<[string, Partial<Subject>]>([
    ['a person', { kind: 'PERSON' }],
    [
      'a system in another role',
      { grants: mailbox.grants.map((grant) => ({ ...grant, role: 'desk-officer' })) },
    ],
    ['a system without a grant', { grants: [] }],
  ])('is forbidden to %s', (_who, change) => {
    expect(findings(order, { ...mailbox, ...change })).toEqual(['forbidden /body/code']);
  });

  it.each<[Partial<typeof order> | object, string[]]>([
    [{ body: { code: 'REROUTE' } }, ['missing-field /body/about']],
    [{ inReplyTo: '019ab3d2-e000-8c4a-9d21-5b7f0e3a1002' }, ['invalid-value /inReplyTo']],
    [{ recipients: {} }, ['invalid-value /recipients']],
    [
      { recipients: { action: [{ correspondent: 'post:CI' }, { correspondent: 'post:SN' }] } },
      ['invalid-value /recipients'],
    ],
    [{ recipients: { ...order.recipients, excluded: ['post:TG'] } }, ['invalid-value /recipients']],
  ])('says what is amiss in %o', (change, expected) => {
    expect(findings({ ...order, ...change })).toEqual(expected);
  });

  it('names a suspended correspondent, which no other message may', () => {
    const known = new Map([['post:CI', { code: 'post:CI', suspended: true }]]);
    expect(checkRecipients(draftFromJson(order), known)).toEqual([]);
    const reminder = { ...order, body: { ...order.body, code: 'REMINDER' as const } };
    expect(checkRecipients(draftFromJson(reminder), known)).toMatchObject([
      { code: 'unknown-correspondent', pointer: '/recipients/action/0/correspondent' },
    ]);
  });

  it('any other service message is none', () => {
    const reminder = { ...order, body: { ...order.body, code: 'MISROUTED' as const } };
    expect(findings(reminder, { ...mailbox, kind: 'PERSON' })).toEqual([]);
  });
});
