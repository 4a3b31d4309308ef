import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AskedTerms } from './asked-terms.ts';
import { demonstrationSnapshot } from './deadline.fixture.ts';
import {
  type HeldCorrection,
  judgeSaid,
  type OpenDeadline,
  type OwnReply,
  type SaidInThread,
} from './judge-said.ts';

const hourMs = 3_600_000;
const { channels } = demonstrationSnapshot();
const day = (days: number): number => days * 24 * hourMs;
const nothing: SaidInThread = { closedAtMs: null, corrections: [], replies: [] };

function owed(more: Partial<OpenDeadline> = {}): OpenDeadline {
  const asked: AskedTerms = { dateMs: day(10), channel: null, urgency: 'URGENT', withinMs: null };
  return {
    ...{
      kind: 'REPLY',
      messageId: 'request',
      decidedAtMs: 100,
      recalled: false,
      ofRecall: false,
      startedAtMs: 0,
      asked,
    },
    dueAtMs: day(10),
    ...more,
  };
}

function corrects(originalId: string, more: Partial<HeldCorrection> = {}): HeldCorrection {
  return {
    ...{
      messageId: `correction of ${originalId}`,
      originalId,
      decidedAtMs: 200,
      receivedAtMs: 50,
      recalled: false,
    },
    ...{ dateMs: null, channel: null },
    ...more,
  };
}

const reply = (answers: string, more: Partial<OwnReply> = {}): OwnReply => ({
  ...{ answers, decidedAtMs: 300, extendsToMs: null },
  ...more,
});
const judge = (deadline: OpenDeadline, said: Partial<SaidInThread>) =>
  judgeSaid(deadline, { ...nothing, ...said }, channels);
const moved = (dueAtMs: number) => ({ status: 'moved', dueAtMs });
const stands = { status: 'stands' };

describe('a closure', () => {
  it.each(['ACKNOWLEDGE', 'TAKE_IN_CHARGE', 'REPLY', 'CARRY_OUT'] as const)('ends %s', (kind) => {
    expect(judge(owed({ kind }), { closedAtMs: 100 })).toEqual({ status: 'ended', by: 'CLOSED' });
  });

  it.each(['COMPLY', 'REVIEW'] as const)('leaves %s, as does everything else that is said', (kind) => {
    const said = {
      closedAtMs: 900,
      replies: [reply('request')],
      corrections: [corrects('request', { dateMs: 1 })],
    };
    expect(judge(owed({ kind, recalled: true }), said)).toEqual(stands);
  });

  it('leaves the acknowledgement of a flash that recalls', () => {
    expect(judge(owed({ kind: 'ACKNOWLEDGE', ofRecall: true }), { closedAtMs: 900 })).toEqual(stands);
  });

  it('leaves what was asked after it', () => {
    expect(judge(owed(), { closedAtMs: 99 })).toEqual(stands);
  });
});

describe('an answer', () => {
  it('to a correction fulfils what was asked, and one to the original fulfils its correction', () => {
    const corrections = [corrects('request')];
    const ended = { status: 'ended', by: 'REPLIED' };
    expect(judge(owed(), { corrections, replies: [reply('correction of request')] })).toEqual(ended);
    const ofCorrection = owed({
      kind: 'TAKE_IN_CHARGE',
      messageId: 'correction of request',
      decidedAtMs: 200,
    });
    expect(judge(ofCorrection, { corrections, replies: [reply('request')] })).toEqual(ended);
  });

  it('fulfils nothing that was asked after it, nor the acknowledgement of a flash, nor another request', () => {
    const corrections = [corrects('request', { decidedAtMs: 400 })];
    const later = owed({ kind: 'TAKE_IN_CHARGE', messageId: 'correction of request', decidedAtMs: 400 });
    expect(judge(later, { corrections, replies: [reply('request')] })).toEqual(stands);
    expect(judge(owed({ kind: 'ACKNOWLEDGE' }), { replies: [reply('request')] })).toEqual(stands);
    expect(judge(owed(), { replies: [reply('another')] })).toEqual(stands);
  });
});

it('a recalled message owes nothing but COMPLIED for its recall', () => {
  expect(judge(owed({ recalled: true }), {})).toEqual({ status: 'ended', by: 'CANCELLED' });
});

describe('a correction', () => {
  it('moves the date that it names, earlier or later, and leaves one that it does not name', () => {
    expect(judge(owed(), { corrections: [corrects('request', { dateMs: day(20) })] })).toEqual(
      moved(day(20)),
    );
    expect(judge(owed(), { corrections: [corrects('request', { dateMs: day(2) })] })).toEqual(moved(day(2)));
    expect(judge(owed(), { corrections: [corrects('request')] })).toEqual(stands);
    const instructed = owed({ kind: 'CARRY_OUT' });
    expect(judge(instructed, { corrections: [corrects('request', { dateMs: day(3) })] })).toEqual(
      moved(day(3)),
    );
    const taken = owed({ kind: 'TAKE_IN_CHARGE' });
    expect(judge(taken, { corrections: [corrects('request', { dateMs: day(3) })] })).toEqual(stands);
  });

  it('of a correction counts after it; one that is recalled does not count', () => {
    const first = corrects('request', { messageId: 'first', dateMs: day(20) });
    const second = corrects('first', { messageId: 'second', dateMs: day(30), decidedAtMs: 250 });
    expect(judge(owed(), { corrections: [second, first] })).toEqual(moved(day(30)));
    const recalled = { ...second, recalled: true };
    expect(judge(owed({ dueAtMs: day(30) }), { corrections: [recalled, first] })).toEqual(moved(day(20)));
    const both = [recalled, { ...first, recalled: true }];
    expect(judge(owed({ dueAtMs: day(20) }), { corrections: both })).toEqual(moved(day(10)));
  });

  it('does not start the clock of the same channel again, and starts that of another', () => {
    const asked: AskedTerms = {
      ...{ dateMs: day(10), channel: 'directive-2023-977', urgency: 'URGENT', withinMs: 8 * hourMs },
    };
    const clocked = owed({ asked, dueAtMs: 8 * hourMs });
    const later = corrects('request', { dateMs: day(20), receivedAtMs: 7 * hourMs });
    expect(judge(clocked, { corrections: [later] })).toEqual(stands);
    const changed = corrects('request', { channel: 'directive-2023-977', receivedAtMs: 7 * hourMs });
    expect(judge(owed(), { corrections: [changed] })).toEqual(moved(15 * hourMs));
    const away = corrects('request', { channel: 'bilateral', dateMs: day(20) });
    expect(judge(clocked, { corrections: [away] })).toEqual(moved(day(20)));
  });
});

describe('an extension', () => {
  const extension = reply('request', { extendsToMs: day(12) });

  it('sets its date, also against a clock, and lifts that clock', () => {
    expect(judge(owed(), { replies: [extension] })).toEqual(moved(day(12)));
    const asked: AskedTerms = {
      ...{ dateMs: day(10), channel: 'directive-2023-977', urgency: 'URGENT', withinMs: 8 * hourMs },
    };
    const clocked = owed({ asked, dueAtMs: 8 * hourMs });
    expect(judge(clocked, { replies: [extension] })).toEqual(moved(day(12)));
    const afterwards = corrects('request', { dateMs: day(20), decidedAtMs: 400 });
    expect(judge(clocked, { replies: [extension], corrections: [afterwards] })).toEqual(moved(day(20)));
  });

  it('outlives a later correction that repeats the date, and a date decided before it', () => {
    const repeats = corrects('request', { dateMs: day(10), decidedAtMs: 400 });
    expect(judge(owed(), { replies: [extension], corrections: [repeats] })).toEqual(moved(day(12)));
    const before = corrects('request', { dateMs: day(11) });
    expect(judge(owed(), { replies: [extension], corrections: [before] })).toEqual(moved(day(12)));
  });
});

describe('whatever arrives first', () => {
  type Event =
    | { what: 'request' | 'closure' }
    | { what: 'correction'; correction: HeldCorrection }
    | { what: 'recall'; messageId: string }
    | { what: 'reply'; reply: OwnReply };

  const decidedAtMs = fc.integer({ min: 50, max: 500 });
  const dates = fc.option(fc.integer({ min: 1, max: 30 }).map(day));
  const events = fc
    .record({
      closedAtMs: fc.option(decidedAtMs),
      corrections: fc.array(fc.record({ decidedAtMs, dateMs: dates, recalled: fc.boolean() }), {
        maxLength: 3,
      }),
      replies: fc.array(fc.record({ decidedAtMs, extendsToMs: dates, toCorrection: fc.boolean() }), {
        maxLength: 2,
      }),
      cancelled: fc.boolean(),
    })
    .chain(({ closedAtMs, corrections, replies, cancelled }) => {
      const list: Event[] = [{ what: 'request' }];
      corrections.forEach((each, index) => {
        const originalId = index === 0 ? 'request' : `c${index - 1}`;
        const correction = corrects(originalId, { ...each, messageId: `c${index}`, recalled: false });
        list.push({ what: 'correction', correction });
        if (each.recalled) list.push({ what: 'recall', messageId: `c${index}` });
      });
      for (const { toCorrection, ...each } of replies) {
        list.push({ what: 'reply', reply: { ...each, answers: toCorrection ? 'c0' : 'request' } });
      }
      if (closedAtMs !== null) list.push({ what: 'closure' });
      if (cancelled) list.push({ what: 'recall', messageId: 'request' });
      return fc.record({
        closedAtMs: fc.constant(closedAtMs),
        one: fc.shuffledSubarray(list, { minLength: list.length }),
        other: fc.shuffledSubarray(list, { minLength: list.length }),
      });
    });

  /** Judges after each arrival, as the mailbox does, and tells what is owed in the end. */
  function play(order: readonly Event[], closedAtMs: number | null): number | null {
    let said = nothing;
    let deadline: OpenDeadline | null = null;
    let ended = false;
    const recalled = new Set<string>();
    for (const event of order) {
      if (event.what === 'request') deadline = owed();
      if (event.what === 'closure') said = { ...said, closedAtMs };
      if (event.what === 'reply') said = { ...said, replies: [...said.replies, event.reply] };
      if (event.what === 'recall') recalled.add(event.messageId);
      if (event.what === 'correction') {
        said = { ...said, corrections: [...said.corrections, event.correction] };
      }
      const corrections = said.corrections.map((each) => ({
        ...each,
        recalled: recalled.has(each.messageId),
      }));
      if (deadline === null || ended) continue;
      const current: OpenDeadline = { ...deadline, recalled: recalled.has('request') };
      const verdict = judgeSaid(current, { ...said, corrections }, channels);
      if (verdict.status === 'ended') ended = true;
      if (verdict.status === 'moved') deadline = { ...deadline, dueAtMs: verdict.dueAtMs };
    }
    return ended || deadline === null ? null : deadline.dueAtMs;
  }

  it('the same is owed in the end, by the same date', () => {
    fc.assert(
      fc.property(events, ({ one, other, closedAtMs }) => {
        expect(play(one, closedAtMs)).toBe(play(other, closedAtMs));
      }),
      { numRuns: 2_000 },
    );
  });
});
