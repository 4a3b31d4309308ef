import type { Delivery } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delivery } from './delivery.fixture.ts';
import { inboxKey, planSlice } from './plan-slice.ts';

const posts = ['post:DJ', 'post:CI', 'desk:duty'] as const;
const roles = ['ACTION', 'INFORMATION', 'SENDER', 'NOTICE'] as const;

const deliveries = fc.array(
  fc
    .record({
      number: fc.integer({ min: 1, max: 4 }),
      to: fc.constantFrom(...posts),
      sender: fc.constantFrom(...posts),
      role: fc.constantFrom(...roles),
      copy: fc.constantFrom('first', 'second'),
    })
    .map(delivery),
  { maxLength: 25 },
);

describe('the plan of a slice', () => {
  test('a numbered delivery enters the inbox once, in the order of the log', () => {
    fc.assert(
      fc.property(deliveries, (slice) => {
        const numbered = slice.filter((each) => each.role !== 'SENDER');
        const first = numbered.filter((each, index) => numbered.findIndex(sameInboxKey(each)) === index);
        expect(planSlice(slice).inbox.map((entry) => entry.delivery)).toEqual(first);
      }),
    );
  });

  test('a slice that comes again, whole or in part, changes nothing', () => {
    fc.assert(
      fc.property(deliveries, fc.nat(25), (slice, from) => {
        expect(planSlice([...slice, ...slice.slice(from)])).toEqual(planSlice(slice));
      }),
    );
  });

  test('counters are named once, in one order whatever the order of the log', () => {
    fc.assert(
      fc.property(deliveries, (slice) => {
        const { correspondents } = planSlice(slice);
        expect(correspondents).toEqual([...new Set(slice.map((each) => each.correspondent))].sort());
        expect(planSlice(slice.toReversed()).correspondents).toEqual(correspondents);
      }),
    );
  });

  test('only what its sender sent is sent, and a refusal outweighs the copy that carries the content', () => {
    const refused = delivery({
      number: 1,
      to: 'post:DJ',
      role: 'NOTICE',
      noticeCode: 'reference-unavailable',
    });
    const copy = delivery({ number: 1, to: 'post:DJ', role: 'SENDER' });
    for (const slice of [
      [refused, copy],
      [copy, refused],
    ]) {
      const plan = planSlice(slice);
      expect(plan.sent).toHaveLength(1);
      expect(plan.sent[0]).toMatchObject({
        state: 'REFUSED',
        refusalCode: 'reference-unavailable',
        delivery: copy,
      });
      expect(plan.inbox.map((entry) => entry.delivery)).toEqual([refused]);
    }
    const bare = delivery({ number: 2, to: 'post:CI', role: 'NOTICE', noticeCode: 'correction-withheld' });
    expect(planSlice([bare]).sent).toEqual([]);
  });

  test('two copies of one submission are two sent entries and two notices, never one message twice', () => {
    const conflict = { number: 1, to: 'post:DJ', role: 'NOTICE', noticeCode: 'CONFLICT' } as const;
    const plan = planSlice([
      delivery({ number: 1, to: 'post:DJ', role: 'SENDER' }),
      delivery({ ...conflict, copy: 'other' }),
      delivery({ ...conflict, copy: 'third' }),
    ]);
    expect(plan.inbox).toHaveLength(2);
    expect(plan.sent.map((entry) => entry.state)).toEqual(['ACCEPTED', 'REFUSED', 'REFUSED']);
  });

  test('a message dispatched after a bare notice of it enters beside the notice; dispatched twice, once', () => {
    const notice = delivery({ number: 1, to: 'post:CI', role: 'NOTICE' });
    const dispatched = delivery({ number: 1, to: 'post:CI', role: 'INFORMATION', decision: 'dispatch 1' });
    const again = delivery({ number: 1, to: 'post:CI', role: 'ACTION', decision: 'dispatch 2' });
    expect(planSlice([notice, dispatched, again]).inbox.map((entry) => entry.delivery)).toEqual([
      notice,
      dispatched,
    ]);
  });

  test('a cancellation names what it recalls, and whether its content has to go', () => {
    const target = delivery({ number: 1, to: 'post:CI' });
    const entry = (action: 'STOP_USE' | 'DELETE', role: 'ACTION' | 'NOTICE' = 'ACTION') =>
      planSlice([
        delivery({ number: 2, to: 'post:CI', role, cancels: { messageId: target.messageId, action } }),
      ]).inbox[0];
    expect(planSlice([target]).inbox[0]).toMatchObject({ cancels: null, deletes: false });
    expect(entry('STOP_USE')).toMatchObject({ cancels: target.messageId, deletes: false });
    expect(entry('DELETE')).toMatchObject({ cancels: target.messageId, deletes: true });
    expect(entry('DELETE', 'NOTICE')).toMatchObject({ cancels: null, deletes: false });
  });
});

function sameInboxKey(one: Delivery): (other: Delivery) => boolean {
  return (other) => inboxKey(other) === inboxKey(one);
}
