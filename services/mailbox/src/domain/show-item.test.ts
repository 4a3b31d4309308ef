import type { Subject, SubjectGrant } from '@chappe/policy';
import { describe, expect, test } from 'vitest';
import { type DeliveryWishes, delivery, original, submissionIdOf } from './delivery.fixture.ts';
import { itemOf } from './inbox-item.ts';
import { decidedCopy, pendingStatus, type SentItem, showSent } from './sent-status.ts';
import { showItem } from './show-item.ts';
import { showThread } from './show-thread.ts';

const nowMs = Date.UTC(2026, 0, 3);
const grant: SubjectGrant = {
  role: 'officer',
  position: 'attaché',
  clearance: 'RESTRICTED',
  crimeAreas: [],
  mayExercise: false,
};
const reader = (correspondent: string, change: Partial<SubjectGrant> = {}): Subject => ({
  kind: 'PERSON',
  id: 'person-1',
  correspondent,
  grants: [{ ...grant, ...change }],
  directoryRelease: 3,
});
const placement = { number: 7, deliveredAtMs: nowMs, recalledBy: null, withdrawn: false, sizeBytes: 100 };
const item = (wishes: Partial<DeliveryWishes> = {}, change: Partial<typeof placement> = {}) =>
  itemOf(delivery({ number: 1, to: 'post:CI', ...wishes }), { ...placement, ...change });

describe('an inbox item', () => {
  test('shows number, role, message and when it was delivered', () => {
    const shown = showItem(item(), reader('post:CI'), nowMs);
    expect(shown).toMatchObject({
      number: 7,
      role: 'ACTION',
      lane: 'routine',
      kind: 'LEAD',
      sender: 'post:DJ',
      deliveredAt: '2026-01-03T00:00:00.000Z',
      message: { kind: 'LEAD', body: { text: 'Invented lead 1' } },
    });
  });

  test('never shows a recipient what is the sender’s alone', () => {
    const leaky = { ...item(), message: original({ number: 1 }) };
    const text = JSON.stringify(showItem(leaky, reader('post:CI'), nowMs));
    expect(text).not.toContain(submissionIdOf(1));
    expect(text).not.toContain('person-officer-post-DJ');
  });

  test.each([
    ['another correspondent', reader('post:SN')],
    ['a clearance below the classification', reader('post:CI', { clearance: 'NOT_PROTECTED' })],
    ['other crime areas', reader('post:CI', { crimeAreas: ['COMPUTER_CRIME'] })],
    ['a role without content', reader('post:CI', { role: 'operator' })],
  ])('is hidden from %s', (_case, subject) => {
    expect(showItem(item({ classification: 'RESTRICTED' }), subject, nowMs)).toBeNull();
  });

  test('a withdrawn one keeps its number for who may read it, and stays hidden from who may not', () => {
    const gone = item({ classification: 'RESTRICTED' }, { withdrawn: true });
    const shown = showItem(gone, reader('post:CI'), nowMs);
    expect(shown).toMatchObject({ number: 7, withdrawn: true });
    expect(shown).not.toHaveProperty('message');
    expect(showItem(gone, reader('post:CI', { clearance: 'NOT_PROTECTED' }), nowMs)).toBeNull();
  });

  test('a notice shows its code and no message', () => {
    const shown = showItem(
      item({ role: 'NOTICE', noticeCode: 'correction-withheld' }),
      reader('post:CI'),
      nowMs,
    );
    expect(shown).toMatchObject({ role: 'NOTICE', notice: { code: 'correction-withheld' } });
    expect(shown).not.toHaveProperty('message');
  });
});

const sentItem = (change: Partial<SentItem> = {}): SentItem => {
  const message = original({ number: 1 });
  return {
    correspondent: 'post:DJ',
    position: 1,
    messageId: message.messageId,
    decisionId: 'decision-1',
    threadId: message.threadId,
    lane: 'routine',
    kind: 'LEAD',
    status: 'ACTUAL',
    state: 'ACCEPTED',
    refusalCode: null,
    decidedAtMs: nowMs,
    message,
    ...change,
  };
};

describe('a sent message', () => {
  test('shows its submission id, to its own correspondent alone', () => {
    expect(showSent(sentItem(), reader('post:DJ'), nowMs)).toMatchObject({
      state: 'ACCEPTED',
      submissionId: submissionIdOf(1),
      reference: 'DJ-26-TEST1',
    });
    expect(showSent(sentItem(), reader('post:CI'), nowMs)).toBeNull();
    expect(showSent(sentItem(), reader('post:DJ', { role: 'auditor' }), nowMs)).toBeNull();
  });

  test('refused without a copy shows the code', () => {
    const refused = sentItem({ state: 'REFUSED', refusalCode: 'CONFLICT', message: null });
    expect(showSent(refused, reader('post:DJ'), nowMs)).toMatchObject({
      state: 'REFUSED',
      refusalCode: 'CONFLICT',
    });
  });

  test('of several decided copies the accepted one is the answer, else the latest refusal', () => {
    const accepted = sentItem();
    const early = sentItem({ state: 'REFUSED', refusalCode: 'a', decidedAtMs: 1 });
    const late = sentItem({ state: 'REFUSED', refusalCode: 'b', decidedAtMs: 2 });
    expect(decidedCopy([late, accepted, early])).toBe(accepted);
    expect(decidedCopy([late, early])).toBe(late);
    expect(decidedCopy([])).toBeNull();
  });

  test('is pending for who knows its submission id and is its correspondent; for others it does not exist', () => {
    const { messageId } = sentItem();
    expect(pendingStatus('post:DJ', messageId, submissionIdOf(1))).toEqual({
      messageId,
      submissionId: submissionIdOf(1),
      state: 'PENDING',
    });
    expect(pendingStatus('post:CI', messageId, submissionIdOf(1))).toBeNull();
    expect(pendingStatus('post:DJ', messageId, submissionIdOf(2))).toBeNull();
    expect(pendingStatus('post:DJ', messageId, null)).toBeNull();
    expect(pendingStatus('post:DJ', messageId, 'not-an-id')).toBeNull();
  });
});

test('a thread shows what was received and sent, in time, without what the reader may not see', () => {
  const received = [
    itemOf(delivery({ number: 2, to: 'post:DJ', sender: 'post:CI' }), {
      ...placement,
      deliveredAtMs: nowMs + 5,
    }),
    itemOf(delivery({ number: 3, to: 'post:DJ', sender: 'post:CI', classification: 'SECRET' }), placement),
  ];
  const thread = showThread(received, [sentItem()], reader('post:DJ'), nowMs);
  expect(thread.map((entry) => entry.direction)).toEqual(['sent', 'received']);
});
