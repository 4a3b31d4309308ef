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
    deliveries: [],
    recalls: [],
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
    const inside = trackMessage(recall);
    expect(inside.items.map((item) => item.correspondent)).toEqual(['desk:cyber']);
    expect(inside.others).toEqual({ count: 2, owing: 1 });
    const outside = trackMessage({ ...recall, senderInside: false });
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
      trackMessage(tracking({ deliveries: [handed(transferredTo), delivery('desk:duty')] }));
    expect(shownTo('desk:duty').items[0]?.receipts[0]).toMatchObject({ transferredTo: 'desk:duty' });
    for (const hidden of ['person:person-secret', 'post:LB']) {
      const shown = JSON.stringify(shownTo(hidden));
      expect(shown).toContain('TRANSFERRED');
      expect(shown).not.toMatch(/person-secret|post:LB/);
    }
  });
});
