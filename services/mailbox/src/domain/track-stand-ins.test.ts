import { describe, expect, it } from 'vitest';
import { type TrackedDelivery, trackMessage } from './track-message.ts';
import { standInCopies, standInsSeen, standingOf, type TrackedStandIn } from './track-stand-ins.ts';

const nowMs = Date.UTC(2026, 0, 3);
const copy = (correspondent: string): TrackedDelivery => ({
  correspondent,
  role: 'ACTION',
  kind: 'LEAD',
  noticeCode: null,
  deliveredAtMs: nowMs,
  stage: 'DELIVERED',
  version: 1,
  assignee: null,
  recalled: false,
  receipts: [],
});
const standIn = (
  suspended: string,
  correspondent: string,
  atMs = nowMs,
  delivery: TrackedDelivery | null = copy(correspondent),
): TrackedStandIn<TrackedDelivery> => ({ suspended, correspondent, atMs, delivery });

describe('who stood in for whom', () => {
  const chain = [standIn('post:TG', 'desk:duty', nowMs + 1), standIn('post:CI', 'post:TG')];

  it('is seen by who sees the suspended one, along the whole chain, and by nobody else', () => {
    expect(standInsSeen(chain, ['post:CI']).map((each) => each.correspondent)).toEqual([
      'post:TG',
      'desk:duty',
    ]);
    expect(standInsSeen(chain, ['post:TG']).map((each) => each.correspondent)).toEqual(['desk:duty']);
    expect(standInsSeen(chain, ['post:SN'])).toEqual([]);
  });

  it('is told on both sides', () => {
    expect(standingOf('post:CI', chain)).toEqual({
      rerouted: { at: new Date(nowMs).toISOString(), to: ['post:TG'] },
    });
    expect(standingOf('post:TG', chain)).toEqual({
      standsInFor: ['post:CI'],
      rerouted: { at: new Date(nowMs + 1).toISOString(), to: ['desk:duty'] },
    });
    expect(standingOf('post:SN', chain)).toEqual({});
  });

  it('adds each copy once, and none to those who are recipients themselves', () => {
    const twice = [
      standIn('post:CI', 'desk:duty'),
      standIn('post:SN', 'desk:duty'),
      standIn('post:CI', 'post:MA'),
    ];
    const shown = standInCopies(twice, [copy('post:CI'), copy('post:SN'), copy('post:MA')]);
    expect(shown.map((each) => each.correspondent)).toEqual(['desk:duty']);
    expect(standInCopies([standIn('post:CI', 'post:TG', nowMs, null)], [])).toEqual([]);
  });
});

describe('the tracking of a message', () => {
  const base = {
    messageId: '01900000-0000-8000-8000-000000000001',
    state: 'ACCEPTED',
    kind: 'LEAD',
    sender: 'post:DJ',
    deliveries: [copy('post:CI')],
    recalls: [],
    senderInside: true,
    deadlines: [],
    standIns: [standIn('post:CI', 'post:TG')],
  } as const;

  it('shows a stand-in among the recipients, as far as the sender sees for whom', () => {
    const { items } = trackMessage({ ...base, known: null }, nowMs);
    expect(items.map(({ correspondent, standsInFor }) => [correspondent, standsInFor])).toEqual([
      ['post:CI', undefined],
      ['post:TG', ['post:CI']],
    ]);
  });

  it('names no stand-in for somebody whom the sender may not know of, and counts none', () => {
    const hidden = trackMessage({ ...base, known: new Set(['desk:duty']) }, nowMs);
    expect(hidden.items).toEqual([]);
    expect(hidden.others).toEqual({ count: 1, owing: 0 });
    expect(JSON.stringify(hidden)).not.toContain('post:TG');
  });
});
