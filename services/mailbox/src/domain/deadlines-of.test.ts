import { dueAt } from '@chappe/directory';
import type { Delivery } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { changed, demonstrationSnapshot, dispatched, request, someTerms } from './deadline.fixture.ts';
import { deadlinesOf } from './deadlines-of.ts';
import { type DeliveryWishes, delivery } from './delivery.fixture.ts';

const nowMs = Date.UTC(2026, 0, 5, 12);
const hourMs = 3_600_000;
const { channels } = demonstrationSnapshot();
const owed = (given: Delivery) =>
  deadlinesOf(given, { channels, terms: someTerms, receivedAtMs: nowMs }).map(
    ({ kind, dueAtMs }) => [kind, (dueAtMs - nowMs) / hourMs] as const,
  );
const to = (more: Partial<DeliveryWishes> = {}) => ({ number: 1, to: 'post:CI', ...more });

describe('given a delivery for action, its holder owes', () => {
  it.each([
    ['routine', [['TAKE_IN_CHARGE', 168]]],
    ['urgent', [['TAKE_IN_CHARGE', 8]]],
    [
      'flash',
      [
        ['ACKNOWLEDGE', 5 / 60],
        ['TAKE_IN_CHARGE', 0.5],
      ],
    ],
  ] as const)('in the lane %s: %j', (lane, expected) => {
    expect(owed(delivery(to({ lane })))).toEqual(expected);
  });

  it('an answer by the date that was set, or by the clock of the channel when that is earlier', () => {
    const setAt = (hours: number, channel: string | null) =>
      owed(request(to({ lane: 'urgent' }), { replyBy: nowMs + hours * hourMs, channel }));
    expect(setAt(48, null)).toContainEqual(['REPLY', 48]);
    // Urgent and not known to be indirectly accessible: eight hours from receipt (Directive (EU) 2023/977, article 5).
    expect(setAt(48, 'directive-2023-977')).toContainEqual(['REPLY', 8]);
    expect(setAt(4, 'directive-2023-977')).toContainEqual(['REPLY', 4]);
    expect(setAt(48, 'bilateral')).toContainEqual(['REPLY', 48]);
    expect(setAt(48, 'unknown-channel')).toContainEqual(['REPLY', 48]);
    const clock = channels.get('directive-2023-977');
    expect(clock && dueAt(clock, 'URGENT', nowMs)).toBe(nowMs + 8 * hourMs);
  });

  it('what a dispatch instructs, by its date if it has one', () => {
    expect(owed(dispatched(to(), nowMs + 30 * hourMs))).toContainEqual(['CARRY_OUT', 30]);
    expect(owed(dispatched(to(), null))).toEqual([['TAKE_IN_CHARGE', 168]]);
  });
});

describe('given another role', () => {
  it('nothing is owed for information or as the sender', () => {
    expect(owed(delivery(to({ role: 'INFORMATION', lane: 'flash' })))).toEqual([]);
    expect(owed(delivery(to({ role: 'SENDER', sender: 'post:CI' })))).toEqual([]);
  });

  it.each(['ACTION', 'INFORMATION', 'NOTICE'] as const)('a recall owes COMPLIED as %s', (role) => {
    const recall = to({
      role,
      noticeCode: 'cancelled',
      cancels: { messageId: delivery(to({ number: 7 })).messageId, action: 'DELETE' },
    });
    expect(owed(delivery(recall))).toEqual([['COMPLY', 24]]);
  });

  it('a notice of anything else owes nothing', () => {
    expect(owed(delivery(to({ role: 'NOTICE', noticeCode: 'corrected' })))).toEqual([]);
  });

  it('the sender of an EMERGENCY owes the review of a superior within a day, its recipients do not', () => {
    const emergency = { releaseMode: 'EMERGENCY' } as const;
    const sent = changed(to({ sender: 'post:CI', role: 'SENDER', lane: 'flash' }), emergency);
    expect(owed(sent)).toEqual([['REVIEW', 24]]);
    expect(owed(changed(to({ lane: 'flash' }), emergency)).map(([kind]) => kind)).not.toContain('REVIEW');
  });
});

describe('given what reminders are not for', () => {
  it('a test and a service message owe nothing', () => {
    expect(owed({ ...delivery(to({ lane: 'flash' })), status: 'TEST' })).toEqual([]);
    expect(owed({ ...delivery(to({ lane: 'flash' })), kind: 'SERVICE' })).toEqual([]);
  });
});

it('a deadline has the same id whenever it is found, and holds no content', () => {
  const secret = delivery(to({ text: 'an invented secret', lane: 'flash' }));
  const find = (receivedAtMs: number) => deadlinesOf(secret, { channels, terms: someTerms, receivedAtMs });
  expect(find(nowMs).map((each) => each.deadlineId)).toEqual(find(0).map((each) => each.deadlineId));
  expect(new Set(find(nowMs).map((each) => each.deadlineId)).size).toBe(2);
  expect(JSON.stringify(find(nowMs))).not.toContain('secret');
  expect(find(nowMs)[0]?.card).toMatchObject({ reference: 'DJ-26-TEST1', lane: 'flash' });
});
