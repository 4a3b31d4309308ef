import { describe, expect, it } from 'vitest';
import { checkInvariants } from './check-invariants.ts';
import { PerfectExchange } from './perfect-exchange.fixture.ts';

const newExchange = () => new PerfectExchange(['post:DJ', 'desk:cyber']);
const found = (exchange: PerfectExchange) =>
  checkInvariants(exchange.events, exchange.evidence).map(({ invariant, messageId, correspondent }) =>
    [invariant, messageId, correspondent].filter(Boolean).join(' '),
  );
const inbox = (exchange: PerfectExchange, correspondent: string) =>
  exchange.evidence.inboxes.get(correspondent) ?? [];

describe('the numbers of an inbox', () => {
  it('rise by one', () => {
    const exchange = newExchange();
    exchange.lead();
    const second = exchange.lead();
    const items = inbox(exchange, 'desk:cyber').map((item) => ({ ...item, number: item.number * 2 - 1 }));
    exchange.evidence.inboxes.set('desk:cyber', items);
    expect(found(exchange)).toEqual([`NUMBERS ${second.messageId} desk:cyber`]);
  });

  it('begin where the run began', () => {
    const exchange = newExchange();
    exchange.lead();
    const items = inbox(exchange, 'desk:cyber').map((item) => ({ ...item, number: item.number + 40 }));
    exchange.evidence.inboxes.set('desk:cyber', items);
    const startedAfter = new Map([['desk:cyber', 40]]);
    expect(checkInvariants(exchange.events, { ...exchange.evidence, startedAfter })).toEqual([]);
  });

  it('mean the same message for good', () => {
    const exchange = newExchange();
    const { messageId } = exchange.lead();
    const seen = { correspondent: 'desk:cyber', number: 1, epoch: '', role: 'ACTION', kind: 'LEAD' };
    exchange.note({ what: 'seen', client: 'lister', reader: 'lister', how: 'list', messageId, ...seen });
    expect(found(exchange)).toEqual([]);
    exchange.note({
      what: 'seen',
      client: 'lister',
      reader: 'lister',
      how: 'list',
      messageId: 'another',
      ...seen,
    });
    expect(found(exchange)).toEqual(['NUMBERS another desk:cyber']);
  });
});

describe('a stream', () => {
  function followed(spoil: (events: PerfectExchange['events']) => PerfectExchange['events']) {
    const exchange = newExchange();
    for (let leads = 0; leads < 5; leads += 1) exchange.lead();
    exchange.follow('desk:cyber', 3);
    const events = spoil(exchange.events);
    return checkInvariants(events, exchange.evidence).map(
      ({ invariant, number }) => `${invariant} ${number}`,
    );
  }
  const isSeen = (number: number) => (event: PerfectExchange['events'][number]) =>
    event.what === 'seen' && event.number === number;

  it('is a gapless stretch of the list', () => {
    expect(followed((events) => events)).toEqual([]);
  });

  it('may end anywhere', () => {
    expect(followed((events) => events.slice(0, -2))).toEqual([]);
  });

  it('skips nothing, not even at a resume', () => {
    expect(followed((events) => events.filter((event) => !isSeen(4)(event)))).toEqual(['STREAM 4']);
  });

  it('repeats nothing', () => {
    expect(
      followed((events) => events.flatMap((event) => (isSeen(4)(event) ? [event, event] : [event]))),
    ).toEqual(['STREAM 4']);
  });

  it('is resumed where its reader asked', () => {
    const late = (events: PerfectExchange['events']) =>
      events.map((event) =>
        event.what === 'stream' && event.happened === 'opened' && event.number === 3
          ? { ...event, number: 2 }
          : event,
      );
    expect(followed(late)).toEqual(['STREAM 2']);
  });

  it('passes over nothing that the list shows', () => {
    const passed = (events: PerfectExchange['events']) =>
      events.map((event) =>
        event.what === 'seen' && event.number === 2
          ? {
              ...{
                atMs: event.atMs,
                wallMs: 0,
                what: 'stream' as const,
                client: event.client,
                reader: event.reader,
              },
              ...{ correspondent: event.correspondent, happened: 'passed' as const, epoch: '1', number: 2 },
            }
          : event,
      );
    expect(followed(passed)).toEqual(['STREAM 2']);
  });

  it('shows what the list holds', () => {
    const other = (events: PerfectExchange['events']) =>
      events.map((event) => (isSeen(2)(event) ? { ...event, messageId: 'another' } : event));
    expect(followed(other)).toEqual(['STREAM 2']);
  });
});
