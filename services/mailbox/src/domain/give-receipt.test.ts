import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AcknowledgedDelivery, giveReceipt, type ReceiptAct } from './give-receipt.ts';
import { type GivenReceipt, isClosed, positionCode, rankOf, stateOf } from './receipt-state.ts';

const lead: AcknowledgedDelivery = {
  correspondent: 'desk:cyber',
  role: 'ACTION',
  kind: 'LEAD',
  noticeCode: null,
};
const recall: AcknowledgedDelivery = { ...lead, kind: 'CANCELLATION' };
const bareRecall: AcknowledgedDelivery = { ...recall, role: 'NOTICE', noticeCode: 'cancelled' };
const refusalNotice: AcknowledgedDelivery = { ...lead, role: 'NOTICE', noticeCode: 'reference-unavailable' };

function act(type: ReceiptAct['type'], person = 'ann', more: Partial<ReceiptAct> = {}): ReceiptAct {
  return {
    type,
    person,
    position: `position of ${person}`,
    positions: [`position of ${person}`],
    heads: false,
    channel: 'SYSTEM',
    reason: type === 'REJECTED' ? 'invented' : null,
    transferredTo: null,
    atMs: 1_000,
    ...more,
  };
}

const handOver = (to: string, person = 'ann', more: Partial<ReceiptAct> = {}) =>
  act('TRANSFERRED', person, { transferredTo: to, ...more });

/** Gives acts one after another and keeps what was given. */
function story(acts: readonly ReceiptAct[], delivery = lead) {
  const history: GivenReceipt[] = [];
  const outcomes = acts.map((each) => {
    const outcome = giveReceipt(history, delivery, each);
    if (outcome.status === 'given') history.push(outcome.receipt);
    return outcome;
  });
  return {
    history,
    outcomes: outcomes.map((each) => (each.status === 'refused' ? each.code : each.status)),
    state: stateOf(history, delivery.correspondent),
  };
}

describe('taking charge', () => {
  it('is one person’s: the second is refused, the first may repeat it', () => {
    const { outcomes, state } = story([
      act('TAKEN_IN_CHARGE', 'ann'),
      act('TAKEN_IN_CHARGE', 'bob'),
      act('TAKEN_IN_CHARGE', 'ann'),
    ]);
    expect(outcomes).toEqual(['given', 'receipt-taken', 'repeated']);
    expect(state).toMatchObject({ stage: 'TAKEN_IN_CHARGE', assignee: 'person:ann', version: 2 });
    expect(state.taken).toMatchObject({ person: 'ann', position: 'position of ann' });
  });

  it('passes to a colleague by a hand-over, which that colleague then takes', () => {
    const { outcomes, state } = story([
      act('TAKEN_IN_CHARGE', 'ann'),
      handOver('person:bob', 'cem'),
      handOver('person:bob', 'ann'),
      act('TAKEN_IN_CHARGE', 'cem'),
      act('COMPLIED', 'cem'),
      act('TAKEN_IN_CHARGE', 'bob'),
      act('COMPLIED', 'ann'),
      act('COMPLIED', 'bob'),
    ]);
    expect(outcomes).toEqual([
      'given',
      'receipt-taken',
      'given',
      'receipt-assigned',
      'receipt-assigned',
      'given',
      'receipt-taken',
      'given',
    ]);
    expect(state).toMatchObject({ stage: 'COMPLIED', version: 5, taken: { person: 'bob' } });
  });

  it('passes to a function, of whose holders any one takes it, and nobody else but a head moves it', () => {
    const night = { positions: ['Rédacteur', 'Permanent de nuit'] };
    const { outcomes, state } = story([
      act('TAKEN_IN_CHARGE', 'ann'),
      handOver('position:permanent-de-nuit', 'bob'),
      handOver('position:permanent-de-nuit', 'ann'),
      handOver('position:permanent-de-nuit', 'ann'),
      act('TAKEN_IN_CHARGE', 'ann'),
      act('COMPLIED', 'ann'),
      act('TAKEN_IN_CHARGE', 'bob', night),
      act('TAKEN_IN_CHARGE', 'cem', night),
      handOver('person:ann', 'head', { heads: true }),
    ]);
    expect(outcomes).toEqual([
      'given',
      'receipt-taken',
      'given',
      'repeated',
      'repeated',
      'receipt-assigned',
      'given',
      'receipt-taken',
      'given',
    ]);
    expect(state).toMatchObject({ stage: 'TRANSFERRED', assignee: 'person:ann', version: 5 });
  });

  it('is given back to all by a hand-over to the own correspondent', () => {
    const { outcomes, state } = story([
      handOver('desk:cyber', 'ann'),
      act('TAKEN_IN_CHARGE', 'ann'),
      handOver('desk:cyber', 'ann'),
      handOver('desk:cyber', 'ann'),
      act('TAKEN_IN_CHARGE', 'bob'),
    ]);
    expect(outcomes).toEqual(['receipt-not-applicable', 'given', 'given', 'repeated', 'given']);
    expect(state.taken?.person).toBe('bob');
  });

  it('can be moved by a head, and fetched back from another correspondent', () => {
    const { outcomes, state } = story([
      act('TAKEN_IN_CHARGE', 'ann'),
      handOver('person:bob', 'head', { heads: true }),
      handOver('desk:duty', 'bob'),
      act('TAKEN_IN_CHARGE', 'ann'),
      handOver('person:ann', 'ann'),
      act('TAKEN_IN_CHARGE', 'ann'),
    ]);
    // Ann took it before, so her second attempt is told as a repetition: with a state that names desk:duty.
    expect(outcomes).toEqual(['given', 'given', 'given', 'repeated', 'given', 'given']);
    expect(state).toMatchObject({ stage: 'TAKEN_IN_CHARGE', assignee: 'person:ann', version: 6 });
  });
});

describe('what fits a delivery', () => {
  it('a recall is obeyed, by anybody while nobody has it, and never rejected', () => {
    for (const delivery of [recall, bareRecall]) {
      expect(story([act('REJECTED'), handOver('person:bob'), act('COMPLIED')], delivery).outcomes).toEqual([
        'receipt-not-applicable',
        'given',
        'given',
      ]);
    }
  });

  it('any other notice can be read, and nothing else', () => {
    const types = ['TAKEN_IN_CHARGE', 'REJECTED', 'COMPLIED', 'READ', 'READ'] as const;
    expect(
      story(
        types.map((type) => act(type)),
        refusalNotice,
      ).outcomes,
    ).toEqual([
      'receipt-not-applicable',
      'receipt-not-applicable',
      'receipt-not-applicable',
      'given',
      'repeated',
    ]);
  });

  it('what is closed stays as it was closed; reading late says nothing new', () => {
    const { outcomes, state } = story([
      act('REJECTED'),
      act('COMPLIED', 'bob'),
      act('TAKEN_IN_CHARGE', 'bob'),
      act('READ', 'bob'),
      act('REJECTED', 'bob'),
    ]);
    expect(outcomes).toEqual(['given', 'receipt-closed', 'receipt-closed', 'repeated', 'repeated']);
    expect(state.stage).toBe('REJECTED');
  });
});

describe('every story', () => {
  const people = ['ann', 'bob', 'head'];
  const anAct = fc
    .record({
      type: fc.constantFrom('READ', 'TAKEN_IN_CHARGE', 'TRANSFERRED', 'REJECTED', 'COMPLIED' as const),
      person: fc.constantFrom(...people),
      to: fc.constantFrom('person:ann', 'person:bob', 'desk:duty', 'desk:cyber'),
    })
    .map(({ type, person, to }) =>
      act(type, person, { heads: person === 'head', transferredTo: type === 'TRANSFERRED' ? to : null }),
    );
  const aDelivery = fc.constantFrom(lead, recall, bareRecall, refusalNotice, {
    ...lead,
    role: 'INFORMATION' as const,
  });

  it('never reverts: rank and version never fall, what was given stays, what is closed does not change', () => {
    fc.assert(
      fc.property(fc.array(anAct, { maxLength: 12 }), aDelivery, (acts, delivery) => {
        const history: GivenReceipt[] = [];
        for (const each of acts) {
          const before = stateOf(history, delivery.correspondent);
          const outcome = giveReceipt(history, delivery, each);
          if (outcome.status !== 'given') {
            expect(outcome.state).toEqual(before);
            continue;
          }
          expect(isClosed(before)).toBe(false);
          expect(rankOf(outcome.state.stage)).toBeGreaterThanOrEqual(rankOf(before.stage));
          expect(outcome.receipt.version).toBe(before.version + 1);
          history.push(outcome.receipt);
          expect(stateOf(history, delivery.correspondent)).toEqual(outcome.state);
        }
      }),
    );
  });

  it('is the same when acts are repeated at once, and no repetition is an error', () => {
    fc.assert(
      fc.property(fc.array(anAct, { maxLength: 12 }), aDelivery, (acts, delivery) => {
        const plain = story(acts, delivery);
        const doubled = story(
          acts.flatMap((each) => [each, each]),
          delivery,
        );
        expect(doubled.history).toEqual(plain.history);
        plain.outcomes.forEach((outcome, index) => {
          const again = doubled.outcomes[2 * index + 1];
          expect(again).toBe(outcome === 'given' ? 'repeated' : outcome);
        });
      }),
    );
  });

  it('is no error to anybody who repeats an earlier act of its own, however late', () => {
    fc.assert(
      fc.property(fc.array(anAct, { minLength: 1, maxLength: 12 }), fc.nat(), (acts, choice) => {
        const { history } = story(acts);
        const own = history[choice % Math.max(1, history.length)];
        if (own === undefined) return;
        const late = act(own.type, own.person, { transferredTo: own.transferredTo });
        expect(giveReceipt(history, lead, late).status).not.toBe('refused');
      }),
    );
  });

  it('has at most one person in charge, who is its assignee while it is open', () => {
    fc.assert(
      fc.property(fc.array(anAct, { maxLength: 12 }), (acts) => {
        const { state } = story(acts);
        if (state.stage === 'TAKEN_IN_CHARGE') expect(state.assignee).toBe(`person:${state.taken?.person}`);
        if (state.stage === 'TRANSFERRED') expect(state.taken).toBeNull();
      }),
    );
  });

  it('reads the same from a history in which older versions come again', () => {
    fc.assert(
      fc.property(fc.array(anAct, { maxLength: 12 }), fc.nat(), (acts, cut) => {
        const { history, state } = story(acts);
        const again = [...history, ...history.slice(0, cut % (history.length + 1))];
        expect(stateOf(again, lead.correspondent)).toEqual(state);
      }),
    );
  });
});

it('a function is one word of an assignee, however it is written', () => {
  expect(positionCode("Animateur d'exercice")).toBe('position:animateur-d-exercice');
  expect(positionCode('Attaché de sécurité intérieure')).toBe('position:attache-de-securite-interieure');
  expect(positionCode('дежурный')).not.toBe(positionCode('начальник'));
  expect(positionCode('Chef d’œuvre')).toBe('position:chef-d-oeuvre');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (name) => {
      expect(positionCode(name)).toMatch(/^position:[a-z0-9-]{1,55}$/);
    }),
  );
});
