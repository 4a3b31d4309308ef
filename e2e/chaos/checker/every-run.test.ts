import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkInvariants } from './check-invariants.ts';
import { forget, PerfectExchange, renumber, type Told } from './perfect-exchange.fixture.ts';

/** Any sequence of acts, told by an exchange that keeps its promises; then one thing is spoilt. */
const posts = ['post:DJ', 'post:CI', 'post:LB', 'post:SN'];
const desks = ['desk:cyber', 'desk:duty'];
const everybody = [...posts, ...desks];

type Act = { readonly what: string; readonly choice: number; readonly lane: 'flash' | 'urgent' | 'routine' };
const anAct: fc.Arbitrary<Act> = fc.record({
  what: fc.constantFrom(
    'lead',
    'lead',
    'lead',
    'supplement',
    'correction',
    'dispatch',
    'cancel',
    'abandoned',
    'refused',
  ),
  choice: fc.nat(10_000),
  lane: fc.constantFrom('flash', 'urgent', 'routine'),
});
const someActs = fc.array(anAct, { minLength: 3, maxLength: 25 });

function play(acts: readonly Act[]): PerfectExchange {
  const exchange = new PerfectExchange(everybody);
  const leads: Told[] = [];
  const cancelled = new Set<Told>();
  for (const { what, choice, lane } of [{ what: 'lead', choice: 0, lane: 'urgent' } as Act, ...acts]) {
    const lead = leads[choice % Math.max(1, leads.length)];
    if (what === 'lead' || lead === undefined) {
      const sender = posts[choice % posts.length] ?? 'post:DJ';
      const to = [
        ...desks.slice(choice % 2),
        ...posts.filter((each, at) => each !== sender && at === choice % 3),
      ];
      leads.push(exchange.lead({ sender, lane, to }));
    } else if (what === 'supplement') exchange.followUp('SUPPLEMENT', lead);
    else if (what === 'correction') exchange.followUp('CORRECTION', lead);
    else if (what === 'abandoned') exchange.lead({ lane, abandoned: choice % 2 === 0 ? 'exists' : 'lost' });
    else if (what === 'refused') exchange.followUp('SUPPLEMENT', lead, { refused: 'reference-unavailable' });
    else if (what === 'cancel' && !cancelled.has(lead)) {
      cancelled.add(lead);
      exchange.cancel(lead, { lane });
    } else if (what === 'dispatch' && !cancelled.has(lead)) {
      const to = posts.filter((each) => each !== lead.sender);
      exchange.dispatch(lead, [to[choice % to.length] ?? 'post:CI'], { lane, sender: 'desk:duty' });
    }
  }
  for (const each of everybody) exchange.follow(each, 1 + (acts.length % 4));
  return exchange;
}

/** Plays any acts, spoils one thing if there is one to be spoilt, and gives what the checker says of it. */
function spoilt(spoil: (exchange: PerfectExchange, choice: number) => boolean): void {
  fc.assert(
    fc.property(someActs, fc.nat(10_000), (acts, choice) => {
      const exchange = play(acts);
      fc.pre(spoil(exchange, choice));
      expect(checkInvariants(exchange.events, exchange.evidence)).not.toEqual([]);
    }),
    { numRuns: 150 },
  );
}

/** Every item of every inbox, as places. */
function places(exchange: PerfectExchange): { correspondent: string; place: number }[] {
  return [...exchange.evidence.inboxes].flatMap(([correspondent, items]) =>
    items.map((_, place) => ({ correspondent, place })),
  );
}

describe('any run', () => {
  it('that kept its promises has no violation', () => {
    fc.assert(
      fc.property(someActs, (acts) => {
        const exchange = play(acts);
        expect(checkInvariants(exchange.events, exchange.evidence)).toEqual([]);
      }),
    );
  });

  it('that lost one item of an inbox is found out, although the numbers close over it and nobody follows', () => {
    spoilt((exchange, choice) => {
      const all = places(exchange);
      const chosen = all[choice % Math.max(1, all.length)];
      if (chosen === undefined) return false;
      const abandoned = new Set(
        exchange.events.flatMap((event) => (event.what === 'no-answer' ? [event.submissionId] : [])),
      );
      exchange.events.splice(
        0,
        Number.POSITIVE_INFINITY,
        ...exchange.events.filter(({ what }) => what !== 'seen' && what !== 'stream'),
      );
      const taken = forget(exchange, chosen.correspondent, chosen.place);
      // What was not acknowledged may be lost.
      const submissionId = exchange.evidence.sent.get(taken?.messageId ?? '')?.submissionId ?? '';
      return taken !== undefined && !abandoned.has(submissionId);
    });
  });

  it('that doubled one item of an inbox is found out', () => {
    spoilt((exchange, choice) => {
      const all = places(exchange);
      const chosen = all[choice % Math.max(1, all.length)];
      const items = exchange.evidence.inboxes.get(chosen?.correspondent ?? '');
      const item = items?.[chosen?.place ?? 0];
      if (items === undefined || item === undefined) return false;
      items.push({ ...item, number: items.length + 1 });
      return true;
    });
  });

  it('that changed the order of one client’s messages of a thread and lane is found out', () => {
    spoilt((exchange, choice) => {
      const swaps = [...exchange.evidence.inboxes].flatMap(([correspondent, items]) =>
        items.flatMap((item, later) =>
          item.kind === 'SUPPLEMENT' && item.notice === undefined
            ? [
                {
                  correspondent,
                  later,
                  earlier: items.findIndex((each) => isOriginalOf(exchange, each.messageId, item.messageId)),
                },
              ]
            : [],
        ),
      );
      // An inbox that got the original by a dispatch has it by another lane.
      const own = swaps.filter(({ correspondent, earlier }) => {
        const original = exchange.evidence.inboxes.get(correspondent)?.[earlier];
        const told = exchange.events.find(
          (event) => event.what === 'answer' && event.messageId === original?.messageId,
        );
        const invoked = exchange.events.find(
          (event) =>
            event.what === 'invoke' && told?.what === 'answer' && event.submissionId === told.submissionId,
        );
        return invoked?.what === 'invoke' && invoked.expect?.recipients.includes(correspondent) === true;
      });
      const chosen = own[choice % Math.max(1, own.length)];
      const items = exchange.evidence.inboxes.get(chosen?.correspondent ?? '');
      if (chosen === undefined || items === undefined || chosen.earlier < 0) return false;
      const [moved] = items.splice(chosen.later, 1);
      if (moved === undefined) return false;
      items.splice(chosen.earlier, 0, moved);
      exchange.evidence.inboxes.set(chosen.correspondent, renumber(items));
      const silent = exchange.events.filter(({ what }) => what !== 'seen' && what !== 'stream');
      exchange.events.splice(0, Number.POSITIVE_INFINITY, ...silent);
      return true;
    });
  });

  it('that gave one message to somebody else is found out', () => {
    spoilt((exchange, choice) => {
      const sent = [...exchange.evidence.sent.keys()];
      const messageId = sent[choice % Math.max(1, sent.length)] ?? '';
      const free = everybody.find((each) =>
        exchange.evidence.inboxes.get(each)?.every((item) => item.messageId !== messageId),
      );
      const dispatched = exchange.events.some(
        (event) => event.what === 'invoke' && event.addressees !== undefined,
      );
      if (free === undefined || dispatched) return false;
      exchange.deliver(free, messageId, 'LEAD', 'ACTION');
      return true;
    });
  });

  it('whose stream dropped or repeated one item is found out', () => {
    for (const times of [0, 2]) {
      spoilt((exchange, choice) => {
        const seen = exchange.events.filter(({ what }) => what === 'seen');
        const chosen = seen[choice % Math.max(1, seen.length)];
        const last = seen.findLast((event) => event.what === 'seen' && chosen?.client === event.client);
        // A stream may end before the list does.
        if (chosen === undefined || (times === 0 && chosen === last)) return false;
        const events = exchange.events.flatMap((event) =>
          event === chosen ? Array(times).fill(event) : [event],
        );
        exchange.events.splice(0, Number.POSITIVE_INFINITY, ...events);
        return true;
      });
    }
  });
});

function isOriginalOf(exchange: PerfectExchange, original: string, followUp: string): boolean {
  const submissionId = exchange.evidence.sent.get(followUp)?.submissionId;
  return exchange.events.some(
    (event) => event.what === 'invoke' && event.submissionId === submissionId && event.refersTo === original,
  );
}
