import type { Subject } from '@chappe/policy';
import { isReference, type MessageRequest } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import {
  accept,
  as,
  context,
  findings,
  flash,
  grant,
  lead,
  messageId,
  nowMs,
  reply,
  submissionId,
  thread,
} from './submission.fixture.ts';

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

  it('carries the markings that its profile sets', () => {
    expect(accept({ ...lead, markingProfile: 'network-no-evidence' })).toMatchObject({
      message: { markingProfile: 'network-no-evidence', tlp: 'AMBER_STRICT', handling: ['H1'] },
    });
    expect(accept(lead)).toMatchObject({ message: { markingProfile: null, tlp: null, handling: [] } });
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

function to(code: string): MessageRequest {
  return { ...lead, recipients: { action: [{ correspondent: code }] } };
}
