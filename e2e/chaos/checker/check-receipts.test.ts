import { describe, expect, it } from 'vitest';
import { checkInvariants } from './check-invariants.ts';
import { PerfectExchange, tracked } from './perfect-exchange.fixture.ts';

const newExchange = () => new PerfectExchange(['post:DJ', 'desk:cyber']);
const found = (exchange: PerfectExchange) =>
  checkInvariants(exchange.events, exchange.evidence).map(({ invariant, messageId, correspondent }) =>
    [invariant, messageId, correspondent].filter(Boolean).join(' '),
  );
const inbox = (exchange: PerfectExchange, correspondent: string) =>
  exchange.evidence.inboxes.get(correspondent) ?? [];

describe('I7, what a person said', () => {
  function receipts(
    told: readonly { type: string; state: string; version: number; overlaps?: true }[],
    shown: { state: string; version: number },
  ) {
    const exchange = newExchange();
    const { messageId } = exchange.lead();
    const shared = { what: 'receipt' as const, client: 'officer', correspondent: 'desk:cyber', messageId };
    told.forEach(({ overlaps, ...each }, act) => {
      if (overlaps !== true) exchange.note({ ...shared, happened: 'asked', act, type: each.type });
      exchange.note({ ...shared, happened: 'given', act: overlaps === true ? act - 1 : act, ...each });
    });
    const items = inbox(exchange, 'desk:cyber').map((item) => ({ ...item, receipt: shown }));
    exchange.evidence.inboxes.set('desk:cyber', items);
    const recipients = [{ ...tracked('desk:cyber', 'LEAD'), ...shown }];
    const sent = exchange.evidence.sent.get(messageId);
    if (sent !== undefined) exchange.evidence.sent.set(messageId, { ...sent, recipients });
    return found(exchange).map((each) => each.replace(messageId, 'it'));
  }
  const read = { type: 'READ', state: 'READ', version: 2 };
  const taken = { type: 'TAKEN_IN_CHARGE', state: 'TAKEN_IN_CHARGE', version: 3 };
  const complied = { type: 'COMPLIED', state: 'COMPLIED', version: 4 };

  it('is told to whoever asks later, and stays', () => {
    expect(receipts([read, taken, { ...taken, type: 'READ' }, complied], complied)).toEqual([]);
  });

  it('does not fall from one answer to the next', () => {
    expect(receipts([taken, { ...read, version: 4 }], { state: 'TAKEN_IN_CHARGE', version: 4 })).toContain(
      'I7 it desk:cyber',
    );
    expect(receipts([taken, { ...taken, version: 2 }], taken)).toEqual(['I7 it desk:cyber']);
  });

  it('is not judged among acts that overlap', () => {
    expect(receipts([taken, { ...read, overlaps: true }], taken)).toEqual([]);
  });

  it('is what inbox and tracking show in the end', () => {
    expect(receipts([read, taken], read)).toEqual(['I7 it desk:cyber', 'I7 it desk:cyber']);
  });

  it('stays closed as it was closed', () => {
    const rejected = { state: 'REJECTED', version: 5 };
    expect(receipts([complied], rejected)).toEqual(['I7 it desk:cyber', 'I7 it desk:cyber']);
  });
});
