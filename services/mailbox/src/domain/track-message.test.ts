import { describe, expect, it } from 'vitest';
import { owedBy, type SentTracking, type TrackedDelivery, trackMessage } from './track-message.ts';

function delivery(correspondent: string, more: Partial<TrackedDelivery> = {}): TrackedDelivery {
  return {
    correspondent,
    role: 'ACTION',
    kind: 'LEAD',
    noticeCode: null,
    deliveredAtMs: 0,
    stage: 'DELIVERED',
    version: 1,
    assignee: null,
    recalled: false,
    receipts: [],
    ...more,
  };
}

function tracking(more: Partial<SentTracking>): SentTracking {
  return {
    messageId: 'm-1',
    state: 'ACCEPTED',
    kind: 'LEAD',
    sender: 'post:DJ',
    deliveries: [],
    recalls: [],
    deadlines: [],
    known: null,
    senderInside: true,
    ...more,
  };
}

const receipt = {
  version: 2,
  person: 'person-secret',
  position: 'rédacteur',
  channel: 'SYSTEM' as const,
  reason: null,
  atMs: 1_000,
};

describe('what is owed', () => {
  it.each([
    [{}, ['TAKEN_IN_CHARGE']],
    [{ stage: 'READ' as const }, ['TAKEN_IN_CHARGE']],
    [{ stage: 'TRANSFERRED' as const, assignee: 'person:ann' }, ['TAKEN_IN_CHARGE']],
    [{ stage: 'TRANSFERRED' as const, assignee: 'position:permanent-de-nuit' }, ['TAKEN_IN_CHARGE']],
    [{ stage: 'TRANSFERRED' as const, assignee: 'desk:duty' }, []],
    [{ stage: 'TAKEN_IN_CHARGE' as const }, []],
    [{ stage: 'REJECTED' as const }, []],
    [{ recalled: true }, []],
    [{ role: 'INFORMATION' as const }, []],
    [{ kind: 'CANCELLATION' }, ['COMPLIED']],
    [{ kind: 'CANCELLATION', role: 'INFORMATION' as const, stage: 'TAKEN_IN_CHARGE' as const }, ['COMPLIED']],
    [{ role: 'NOTICE' as const, kind: 'CANCELLATION', noticeCode: 'cancelled' }, ['COMPLIED']],
    [{ kind: 'CANCELLATION', stage: 'COMPLIED' as const }, []],
    [{ role: 'NOTICE' as const, kind: 'CORRECTION', noticeCode: 'corrected' }, []],
  ])('of %j is %j', (more, owed) => {
    expect(owedBy(delivery('desk:cyber', more))).toEqual(owed);
  });
});

describe('what a sender is shown', () => {
  it('everybody that its own decision served, with the recall of each', () => {
    const shown = trackMessage(
      tracking({
        deliveries: [delivery('desk:cyber', { recalled: true }), delivery('post:CI')],
        recalls: [{ correspondent: 'desk:cyber', messageId: 'c-1', stage: 'READ', receipts: [] }],
      }),
      0,
    );
    expect(shown.items.map((item) => [item.correspondent, item.owed, item.recall?.owed])).toEqual([
      ['desk:cyber', [], ['COMPLIED']],
      ['post:CI', ['TAKEN_IN_CHARGE'], undefined],
    ]);
    expect(shown).not.toHaveProperty('others');
  });

  it('of a recall, by name only whom it knows; how many others there are, only inside the network', () => {
    const deliveries = [
      delivery('desk:cyber', { kind: 'CANCELLATION' }),
      delivery('post:CI', { kind: 'CANCELLATION' }),
      delivery('post:LB', { kind: 'CANCELLATION', stage: 'COMPLIED' }),
    ];
    const recall = tracking({ kind: 'CANCELLATION', deliveries, known: new Set(['desk:cyber']) });
    const inside = trackMessage(recall, 0);
    expect(inside.items.map((item) => item.correspondent)).toEqual(['desk:cyber']);
    expect(inside.others).toEqual({ count: 2, owing: 1 });
    const outside = trackMessage({ ...recall, senderInside: false }, 0);
    expect(outside.items).toEqual(inside.items);
    expect(JSON.stringify([inside, outside])).not.toMatch(/post:/);
    expect(outside).not.toHaveProperty('others');
  });

  it('no person, and of a hand-over only to whom it sees anyway', () => {
    const handed = (transferredTo: string) =>
      delivery('desk:cyber', {
        stage: 'TRANSFERRED',
        receipts: [{ ...receipt, type: 'TRANSFERRED', transferredTo }],
      });
    const shownTo = (transferredTo: string) =>
      trackMessage(tracking({ deliveries: [handed(transferredTo), delivery('desk:duty')] }), 0);
    expect(shownTo('desk:duty').items[0]?.receipts[0]).toMatchObject({ transferredTo: 'desk:duty' });
    for (const hidden of ['person:person-secret', 'post:LB']) {
      const shown = JSON.stringify(shownTo(hidden));
      expect(shown).toContain('TRANSFERRED');
      expect(shown).not.toMatch(/person-secret|post:LB/);
    }
  });

  it('until when what is owed, what is late and what was done about it; nobody that it may not know of', () => {
    const kept = (correspondent: string, change: object = {}) => ({
      kind: 'TAKE_IN_CHARGE' as const,
      correspondent,
      messageId: 'm-1',
      dueAtMs: 1_000,
      endedAtMs: null,
      endedBy: null,
      events: [{ step: 'ESCALATION' as const, atMs: 1_001 }],
      ...change,
    });
    const shown = trackMessage(
      tracking({
        deliveries: [delivery('desk:cyber'), delivery('post:LB')],
        known: new Set(['desk:cyber']),
        deadlines: [
          kept('desk:cyber'),
          kept('desk:cyber', { messageId: 'another' }),
          kept('post:LB'),
          kept('post:DJ', { kind: 'REVIEW', endedAtMs: 900, endedBy: 'APPROVED', events: [] }),
        ],
      }),
      2_000,
    );
    expect(shown.items.map((item) => item.deadlines)).toEqual([
      [
        {
          kind: 'TAKE_IN_CHARGE',
          dueAt: '1970-01-01T00:00:01.000Z',
          late: true,
          events: [{ step: 'ESCALATION', at: '1970-01-01T00:00:01.001Z' }],
        },
      ],
    ]);
    expect(shown.own).toMatchObject([{ kind: 'REVIEW', late: false, endedBy: 'APPROVED' }]);
    expect(JSON.stringify(shown)).not.toContain('post:LB');
  });
});
