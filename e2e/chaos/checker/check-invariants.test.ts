import { describe, expect, it } from 'vitest';
import { checkInvariants } from './check-invariants.ts';
import { forget, PerfectExchange, renumber, tracked } from './perfect-exchange.fixture.ts';

const everybody = ['post:DJ', 'post:CI', 'post:LB', 'desk:cyber', 'desk:duty'];
const newExchange = () => new PerfectExchange(everybody);
const found = (exchange: PerfectExchange) =>
  checkInvariants(exchange.events, exchange.evidence).map(({ invariant, messageId, correspondent }) =>
    [invariant, messageId, correspondent].filter(Boolean).join(' '),
  );
const inbox = (exchange: PerfectExchange, correspondent: string) =>
  exchange.evidence.inboxes.get(correspondent) ?? [];

/** A run with everything in it, and nothing wrong. */
function goodRun() {
  const exchange = newExchange();
  const lead = exchange.lead({ to: ['desk:cyber', 'desk:duty'], excluded: ['post:CI'] });
  const supplement = exchange.followUp('SUPPLEMENT', lead);
  const dispatch = exchange.dispatch(lead, ['post:LB']);
  const recall = exchange.cancel(lead);
  const late = exchange.dispatch(lead, ['post:CI'], { refused: 'original-cancelled', mayBeRefused: true });
  const abandoned = exchange.lead({ abandoned: 'exists' });
  exchange.lead({ abandoned: 'lost' });
  for (const each of everybody) exchange.follow(each, 2);
  return { exchange, lead, supplement, dispatch, recall, late, abandoned };
}

it('finds nothing in a run that kept every promise', () => {
  expect(found(goodRun().exchange)).toEqual([]);
});

describe('I1, what was answered 202', () => {
  it('must be decided', () => {
    const { exchange, lead } = goodRun();
    exchange.evidence.sent.delete(lead.messageId);
    expect(found(exchange)).toEqual([`I1 ${lead.messageId}`]);
  });

  it('must be archived when it is accepted', () => {
    const { exchange, supplement } = goodRun();
    exchange.evidence.archived.delete(supplement.messageId);
    expect(found(exchange)).toEqual([`I1 ${supplement.messageId}`]);
  });

  it('must be where whoever composed it expects it, even if tracking does not name the recipient', () => {
    const exchange = newExchange();
    const { messageId } = exchange.lead();
    forget(exchange, 'desk:cyber', 0);
    exchange.evidence.sent.get(messageId)?.recipients.pop();
    expect(found(exchange)).toEqual([`I1 ${messageId} desk:cyber`]);
  });

  it('must be where tracking says it is', () => {
    const exchange = newExchange();
    const { messageId } = exchange.lead();
    exchange.evidence.sent.get(messageId)?.recipients.push(tracked('desk:duty', 'LEAD'));
    expect(found(exchange)).toEqual([`I1 ${messageId} desk:duty`]);
  });

  it('comes with its original, when it is a dispatch', () => {
    const exchange = newExchange();
    const lead = exchange.lead();
    const dispatch = exchange.dispatch(lead, ['post:LB']);
    forget(exchange, 'post:LB', 0);
    expect(found(exchange)).toEqual([`I1 ${dispatch.messageId} post:LB`]);
  });

  it('is refused with its sender told, or not refused', () => {
    const exchange = newExchange();
    const lead = exchange.lead();
    const late = exchange.followUp('SUPPLEMENT', lead, { refused: 'reference-unavailable' });
    expect(found(exchange)).toEqual([]);
    forget(exchange, 'post:DJ', 0);
    expect(found(exchange)).toEqual([`I1 ${late.messageId} post:DJ`]);
  });

  it('is not refused without a cause that its sender could have given', () => {
    const exchange = newExchange();
    const { messageId } = exchange.lead({ refused: 'no-recipient' });
    const other = exchange.lead();
    const dispatch = exchange.dispatch(other, ['post:LB'], { refused: 'original-cancelled' });
    exchange.cancel(other);
    // Its acceptance was certain before the cancellation was sent: the recall is no excuse.
    expect(found(exchange)).toEqual([`I1 ${messageId}`, `I1 ${dispatch.messageId}`]);
  });

  it('is not refused and delivered at once', () => {
    const { exchange, dispatch } = goodRun();
    const sent = exchange.evidence.sent.get(dispatch.messageId);
    if (sent === undefined) throw new Error('the dispatch was sent');
    exchange.evidence.sent.set(dispatch.messageId, {
      ...sent,
      copies: [{ state: 'REFUSED', refusalCode: 'original-cancelled' }],
    });
    expect(found(exchange)).toContain(`I1 ${dispatch.messageId} post:LB`);
  });

  it('is told to its sender when two bodies were acknowledged under one submission', () => {
    const exchange = newExchange();
    const { messageId, submissionId } = exchange.lead();
    const client = 'sender post:DJ';
    const again = { client, op: 'submit' as const, submissionId, variant: 1 };
    exchange.note({
      what: 'invoke',
      ...{ ...again, kind: 'LEAD', lane: 'urgent', correspondent: 'post:DJ', attempt: 1 },
    });
    exchange.note({
      what: 'answer',
      ...again,
      status: 422,
      problemType: 'urn:chappe:problem:submission-conflict',
    });
    expect(found(exchange)).toEqual([]);
    exchange.note({ what: 'answer', ...again, status: 202, messageId });
    expect(found(exchange)).toEqual([`I1 ${messageId}`, `I1 ${messageId} post:DJ`]);
    const sent = exchange.evidence.sent.get(messageId);
    if (sent === undefined) throw new Error('the lead was sent');
    const refused = { state: 'REFUSED', refusalCode: 'CONFLICT' };
    exchange.evidence.sent.set(messageId, { ...sent, copies: [...sent.copies, refused] });
    exchange.deliver('post:DJ', messageId, 'LEAD', 'NOTICE', 'CONFLICT');
    expect(found(exchange)).toEqual([]);
  });
});

describe('I2, an inbox', () => {
  it('holds no message twice', () => {
    const { exchange, lead } = goodRun();
    exchange.deliver('desk:cyber', lead.messageId, 'LEAD', 'INFORMATION');
    expect(found(exchange)).toEqual([`I2 ${lead.messageId} desk:cyber`]);
  });

  it('holds no notice twice', () => {
    const { exchange, late } = goodRun();
    exchange.deliver('desk:cyber', late.messageId, 'DISPATCH', 'NOTICE', 'original-cancelled');
    expect(found(exchange)).toEqual([`I2 ${late.messageId} desk:cyber`]);
  });
});

describe('I3, an inbox', () => {
  it('holds nothing that its sender excluded it from', () => {
    const { exchange, lead } = goodRun();
    exchange.deliver('post:CI', lead.messageId, 'LEAD', 'ACTION');
    expect(found(exchange)).toContain(`I3 ${lead.messageId} post:CI`);
  });

  it('holds nothing for others, nor the own copy of what was sent', () => {
    const exchange = newExchange();
    const lead = exchange.lead({ sender: 'post:CI' });
    exchange.deliver('post:LB', lead.messageId, 'LEAD', 'ACTION');
    exchange.deliver('post:CI', lead.messageId, 'LEAD', 'ACTION');
    expect(found(exchange).sort()).toEqual([`I3 ${lead.messageId} post:CI`, `I3 ${lead.messageId} post:LB`]);
  });

  it('holds nothing that nobody sent, unless others were at work too', () => {
    const exchange = newExchange();
    exchange.deliver('post:LB', 'message-of-nobody', 'LEAD', 'ACTION');
    expect(found(exchange)).toEqual(['I3 message-of-nobody post:LB']);
    expect(checkInvariants(exchange.events, { ...exchange.evidence, strangers: true })).toEqual([]);
  });

  it('is not the only place: the archive shows nothing to whom the sender excluded', () => {
    const exchange = newExchange();
    const { messageId } = exchange.lead({ excluded: ['post:CI'] });
    const archived = exchange.evidence.archived.get(messageId);
    if (archived === undefined) throw new Error('the lead is archived');
    exchange.evidence.archived.set(messageId, { ...archived, shownTo: [...archived.shownTo, 'post:CI'] });
    expect(found(exchange)).toEqual([`I3 ${messageId} post:CI`]);
  });
});

describe('I4, the order of one client’s messages', () => {
  it('is that of their 202s, in every inbox', () => {
    const exchange = newExchange();
    const lead = exchange.lead({ to: ['desk:cyber', 'desk:duty'] });
    const supplement = exchange.followUp('SUPPLEMENT', lead);
    expect(found(exchange)).toEqual([]);
    exchange.evidence.inboxes.set('desk:duty', renumber(inbox(exchange, 'desk:duty').toReversed()));
    expect(found(exchange)).toEqual([`I4 ${supplement.messageId} desk:duty`]);
  });

  it('is free between lanes, and where the second was sent before the first was acknowledged', () => {
    const exchange = newExchange();
    const lead = exchange.lead();
    exchange.followUp('SUPPLEMENT', lead, { lane: 'flash' });
    exchange.evidence.inboxes.set('desk:cyber', renumber(inbox(exchange, 'desk:cyber').toReversed()));
    expect(found(exchange)).toEqual([]);

    const concurrent = newExchange();
    const first = concurrent.lead();
    concurrent.followUp('SUPPLEMENT', first);
    const [invoked, answered, ...rest] = concurrent.events;
    if (invoked === undefined || answered === undefined) throw new Error('the lead was sent');
    const events = [invoked, ...rest, { ...answered, atMs: 1_000 }];
    concurrent.evidence.inboxes.set('desk:cyber', renumber(inbox(concurrent, 'desk:cyber').toReversed()));
    expect(checkInvariants(events, concurrent.evidence)).toEqual([]);
  });
});

describe('I5, what was not acknowledged', () => {
  it('exists at most once', () => {
    const { exchange, abandoned } = goodRun();
    const sent = exchange.evidence.sent.get(abandoned.messageId);
    if (sent === undefined) throw new Error('the abandoned lead exists');
    exchange.evidence.sent.set('message-twin', { ...sent, messageId: 'message-twin' });
    expect(found(exchange)).toEqual([`I5 ${abandoned.messageId} post:DJ`]);
  });

  it('exists not at all when it was refused for certain', () => {
    const exchange = newExchange();
    const { messageId, submissionId } = exchange.lead();
    const events = exchange.events.map((event) =>
      event.what === 'answer' ? { ...event, status: 400, messageId: undefined } : event,
    );
    // The identity is still found through the list of what was sent.
    expect(exchange.evidence.sent.get(messageId)?.submissionId).toBe(submissionId);
    const violations = checkInvariants(events as typeof exchange.events, exchange.evidence);
    expect(violations.map((each) => each.invariant)).toEqual(['I5']);
  });

  it('has one identity, whatever its 202s say', () => {
    const exchange = newExchange();
    const { submissionId } = exchange.lead();
    const other = exchange.lead();
    const again = { client: 'sender post:DJ', op: 'submit' as const, submissionId, variant: 0, status: 202 };
    exchange.note({ what: 'answer', ...again, messageId: other.messageId });
    expect(found(exchange).some((each) => each.startsWith('I5'))).toBe(true);
  });
});

describe('I9, a cancellation', () => {
  it('reaches whoever got the original by a dispatch', () => {
    const exchange = newExchange();
    const lead = exchange.lead();
    exchange.dispatch(lead, ['post:LB']);
    const recall = exchange.cancel(lead);
    expect(found(exchange)).toEqual([]);
    forget(exchange, 'post:LB', 2);
    const sent = exchange.evidence.sent.get(recall.messageId);
    if (sent === undefined) throw new Error('the cancellation was sent');
    const recipients = sent.recipients.filter((each) => each.correspondent !== 'post:LB');
    exchange.evidence.sent.set(recall.messageId, { ...sent, recipients });
    expect(found(exchange)).toEqual([`I9 ${lead.messageId} post:LB`]);
  });

  it('is owed by each of them, by name or by number', () => {
    const exchange = newExchange();
    const lead = exchange.lead();
    exchange.dispatch(lead, ['post:LB']);
    const { messageId } = exchange.cancel(lead);
    const sent = exchange.evidence.sent.get(messageId);
    if (sent === undefined) throw new Error('the cancellation was sent');
    const [unnamed = tracked('post:LB', 'CANCELLATION'), named = unnamed] = sent.recipients;
    exchange.evidence.sent.set(messageId, { ...sent, recipients: [named], others: 1 });
    expect(found(exchange)).toEqual([]);
    exchange.evidence.sent.set(messageId, { ...sent, recipients: [named] });
    expect(found(exchange)).toEqual([`I9 ${messageId}`]);
    exchange.evidence.sent.set(messageId, { ...sent, recipients: [{ ...named, owed: [] }, unnamed] });
    expect(found(exchange)).toEqual([`I9 ${messageId} ${named.correspondent}`]);
    exchange.evidence.sent.set(messageId, {
      ...sent,
      recipients: [{ ...named, owed: [], state: 'COMPLIED' }, unnamed],
    });
    expect(found(exchange)).toEqual([]);
  });

  it('may come as a bare notice to whom may not read it', () => {
    const exchange = newExchange();
    const lead = exchange.lead();
    const recall = exchange.cancel(lead);
    forget(exchange, 'desk:cyber', 1);
    inbox(exchange, 'desk:cyber').push({
      ...{ number: 2, messageId: recall.messageId, kind: 'CANCELLATION', role: 'NOTICE' },
      notice: { code: 'cancelled', messageId: lead.messageId },
    });
    expect(found(exchange)).toEqual([]);
  });

  it('owes nothing when it was refused itself', () => {
    const exchange = newExchange();
    const lead = exchange.lead();
    exchange.cancel(lead, { refused: 'reference-unavailable' });
    expect(found(exchange)).toEqual([]);
  });
});
