import { describe, expect, it } from 'vitest';
import { closure, correction, reply, request } from './deadline.fixture.ts';
import { type DeliveryWishes, delivery, original } from './delivery.fixture.ts';
import { planSlice } from './plan-slice.ts';
import { saidInSlice } from './said-in-slice.ts';

const asked = original({ number: 1 }).messageId;
const follow = (number: number, more: Partial<DeliveryWishes> = {}): DeliveryWishes => ({
  ...{ number, to: 'post:CI', threadId: asked },
  ...more,
});
const said = (...deliveries: Parameters<typeof planSlice>[0][number][]) => saidInSlice(planSlice(deliveries));

describe('a slice says something about what is owed', () => {
  it.each([
    ['a closure, as its sender has it', closure({ ...follow(2, { to: 'desk:cyber', role: 'SENDER' }) })],
    ['a reply, as its sender has it', reply(follow(3), asked, 'FULL')],
    ['a cancellation', delivery(follow(4, { cancels: { messageId: asked, action: 'STOP_USE' } }))],
    [
      'a bare notice of a cancellation',
      { ...delivery(follow(5, { role: 'NOTICE' })), kind: 'CANCELLATION' as const },
    ],
    ['a correction', correction(follow(6), asked, {})],
  ])('by %s', (_what, given) => {
    expect(said(given).threadIds).toEqual([asked]);
  });

  it('not by a lead or a request, nor by what its sender merely keeps of a correction', () => {
    const plain = [delivery(follow(7)), request(follow(8), { replyBy: null, channel: null })];
    const kept = correction(follow(9, { to: 'post:DJ', role: 'SENDER' }), asked, {});
    expect(said(...plain, kept)).toEqual({ threadIds: [], corrections: [] });
  });
});

it('tells whom a correction of what reached, not whom it only announced itself to', () => {
  const given = correction(follow(10), asked, {});
  const bare = { ...correction(follow(11), asked, {}), role: 'NOTICE' as const, message: null };
  expect(said(given, bare).corrections).toEqual([
    { correspondent: 'post:CI', messageId: given.messageId, originalId: asked },
  ]);
});
