import { describe, expect, it } from 'vitest';
import {
  givenContext,
  givenCorrection,
  givenDispatch,
  givenLead,
  givenReply,
  givenSupplement,
  noonMs,
} from '../../test/given.ts';
import { rolesIn, ThreadHistory } from '../../test/thread-history.ts';

/** A post's message that only the system service ever sees nothing of. */
const outsider = 'post:TH';

describe('the fate of a message', () => {
  it('decides a new lead: the desk that a rule names, and the sender its own copy', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');

    const { fates } = history.route([lead]);

    expect(fates.map(({ fate }) => fate)).toEqual(['DECIDED']);
    const decision = history.decisionOn(lead);
    expect(rolesIn(decision)).toEqual(['desk:trafficking ACTION', 'post:DJ SENDER']);
    expect(decision).toMatchObject({
      outcome: 'ACCEPTED',
      refusalCode: null,
      lane: 'routine',
      status: 'ACTUAL',
      directoryRelease: 1,
      decidedAt: noonMs,
      sender: 'post:DJ',
    });
  });

  it('takes the same copy again for a repetition, whenever it comes', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');

    const first = history.route([lead, lead]);
    const second = history.route([{ ...lead, receivedAt: noonMs + 5_000 }], { nowMs: noonMs + 6_000 });

    expect(first.fates.map(({ fate }) => fate)).toEqual(['DECIDED', 'REPEATED']);
    expect(first.recorded).toHaveLength(1);
    expect(second.fates.map(({ fate }) => fate)).toEqual(['REPEATED']);
    expect(second.recorded).toHaveLength(0);
    expect(second.publish.map(({ decision }) => decision)).toEqual([history.decisionOn(lead)]);
  });

  it('refuses another message under an accepted identity, and tells its sender alone', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');
    const other = givenLead('post:DJ', { submissionId: lead.submissionId }, 'Another text.');
    expect(other.messageId).toBe(lead.messageId);

    const { fates } = history.route([lead, other]);

    expect(fates.map(({ fate }) => fate)).toEqual(['DECIDED', 'CONFLICT']);
    expect(history.decisionOn(lead).outcome).toBe('ACCEPTED');
    expect(history.decisionOn(other)).toMatchObject({
      outcome: 'REFUSED',
      refusalCode: 'CONFLICT',
      variants: [],
    });
    expect(rolesIn(history.decisionOn(other))).toEqual(['post:DJ NOTICE CONFLICT']);
  });

  it('finds a conflict in another thread and lane too', () => {
    const history = new ThreadHistory();
    const root = givenLead('post:DJ');
    const lead = givenLead('post:DJ');
    const other = givenSupplement('post:DJ', root, { submissionId: lead.submissionId, urgency: 'URGENT' });
    history.route([root, lead]);

    const { fates } = history.route([other]);

    expect(fates.map(({ fate }) => fate)).toEqual(['CONFLICT']);
  });

  it('keeps no content of what it refuses', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');
    history.route([lead, givenLead('post:DJ', { submissionId: lead.submissionId }, 'Another text.')]);

    const refused = history.decisions.find(({ decision }) => decision.outcome === 'REFUSED');

    expect(refused?.encoded).toBeNull();
    expect(refused?.original()).toBeNull();
  });
});

describe('a message whose reference cannot be used', () => {
  const root = givenLead('post:DJ');
  const elsewhere = givenLead('post:DJ');
  const cases = {
    'refers to what does not exist': givenReply('desk:trafficking', givenLead('post:CI')),
    'answers what its sender never got': givenReply(outsider, root),
    'joins a thread that its sender has no part in': givenLead(outsider, { threadId: root.threadId }),
    'names the thread of another message': givenReply('desk:trafficking', root, {
      threadId: elsewhere.threadId,
    }),
    'has another status than the thread': givenReply('desk:trafficking', root, {
      status: 'EXERCISE',
      exerciseId: 'EX-1',
    }),
    "corrects somebody else's message": givenCorrection('desk:trafficking', root),
    'dispatches what its sender never got': givenDispatch('desk:cyber', root, ['post:CI']),
    'dispatches another copy than the accepted one': givenDispatch(
      'desk:trafficking',
      { ...root, requestDigest: 'f'.repeat(64) },
      ['post:CI'],
    ),
  };

  it('is told where, and never what is amiss there', () => {
    const history = new ThreadHistory();
    history.route([root, elsewhere]);
    const messages = Object.values(cases);
    for (const message of messages) history.route([message], { maxHeldPerSender: 10 });
    history.sweep(noonMs + 60_000);
    const places = messages.map((message) =>
      history.decisionOn(message).entries.flatMap(({ reasons }) => reasons.slice(1).map(({ code }) => code)),
    );
    expect(places).toEqual([
      ['at/inReplyTo'],
      ['at/inReplyTo'],
      ['at/threadId'],
      ['at/inReplyTo'],
      ['at/inReplyTo'],
      ['at/supersedes'],
      ['at/body/original'],
      ['at/body/original'],
    ]);
  });

  for (const [name, message] of Object.entries(cases)) {
    it(`waits when it ${name}, then is refused alike`, () => {
      const history = new ThreadHistory();
      history.route([root, elsewhere]);

      const { fates, publish } = history.route([message]);

      expect(fates.map(({ fate }) => fate)).toEqual(['HELD']);
      expect(publish).toEqual([]);
      expect(history.sweep(noonMs + 59_999).recorded).toEqual([]);
      history.sweep(noonMs + 60_000);
      expect(history.held).toHaveLength(0);
      const decision = history.decisionOn(message);
      expect(decision).toMatchObject({ refusalCode: 'reference-unavailable', denied: [], variants: [] });
      expect(rolesIn(decision)).toEqual([`${message.sender.correspondent} NOTICE reference-unavailable`]);
    });
  }

  it('is held once, however often it comes', () => {
    const history = new ThreadHistory();
    const orphan = givenReply('desk:trafficking', givenLead('post:CI'));

    history.route([orphan, orphan]);
    history.route([orphan]);

    expect(history.held).toHaveLength(1);
  });

  it('is refused at once when too many of its sender wait', () => {
    const history = new ThreadHistory();
    const orphans = [1, 2, 3, 4].map(() => givenReply('desk:trafficking', givenLead('post:CI')));

    const { fates } = history.route(orphans);

    expect(fates.map(({ fate }) => fate)).toEqual(['HELD', 'HELD', 'HELD', 'DECIDED']);
    const last = orphans.at(-1);
    expect(last && history.decisionOn(last).refusalCode).toBe('too-many-waiting');
    const other = history.route([givenReply('desk:cyber', givenLead('post:CI'))]);
    expect(other.fates.map(({ fate }) => fate)).toEqual(['HELD']);
  });
});

describe('a message that overtook its reference', () => {
  it('is decided as soon as its reference is, in the same slice or a later one', () => {
    for (const slices of ['one', 'two']) {
      const history = new ThreadHistory();
      const lead = givenLead('post:DJ');
      const correction = givenCorrection('post:DJ', lead);

      if (slices === 'one') history.route([correction, lead]);
      else {
        history.route([correction]);
        expect(history.isDecided(correction)).toBe(false);
        history.route([lead]);
      }

      expect(history.held).toHaveLength(0);
      expect(rolesIn(history.decisionOn(correction))).toEqual(['desk:trafficking ACTION', 'post:DJ SENDER']);
    }
  });

  it('releases a whole chain', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');
    const reply = givenReply('desk:trafficking', lead);
    const answer = givenReply('post:DJ', reply);

    history.route([answer, reply, lead]);

    expect(rolesIn(history.decisionOn(reply))).toEqual(['post:DJ ACTION', 'desk:trafficking SENDER']);
    expect(rolesIn(history.decisionOn(answer))).toEqual(['desk:trafficking ACTION', 'post:DJ SENDER']);
  });

  it('is not overtaken by what its sender wrote later in the same thread and lane', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');
    const late = givenSupplement('desk:trafficking', lead, { urgency: 'URGENT' });
    history.route([lead]);
    const first = givenCorrection('desk:trafficking', late);
    const second = givenReply('desk:trafficking', lead);
    const urgent = givenReply('desk:trafficking', lead, { urgency: 'URGENT' });

    const { fates } = history.route([first, second, urgent]);
    expect(fates.map(({ fate }) => fate)).toEqual(['HELD', 'HELD', 'DECIDED']);

    const released = history.route([late]);
    expect(released.released.map(({ decision }) => decision.messageId)).toEqual([
      first.messageId,
      second.messageId,
    ]);
  });

  it('does not hold back what it waits for itself, though their sender is the same', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');
    const supplement = givenSupplement('post:DJ', lead);
    const correction = givenCorrection('post:DJ', supplement);
    const answer = givenReply('post:DJ', correction);
    history.route([lead]);

    history.route([answer, correction, supplement]);

    expect(history.held).toHaveLength(0);
  });

  it('lets what waited behind it go on once it is refused', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ');
    history.route([lead]);
    const orphan = givenReply('desk:trafficking', givenLead('post:CI'), { threadId: lead.threadId });
    const behind = givenReply('desk:trafficking', lead);
    history.route([orphan]);
    history.route([behind], { nowMs: noonMs + 30_000 });

    history.sweep(noonMs + 60_000);

    expect(history.decisionOn(orphan).refusalCode).toBe('reference-unavailable');
    expect(history.decisionOn(behind).outcome).toBe('ACCEPTED');
  });
});

describe('statuses', () => {
  it('keeps an exercise an exercise', () => {
    const history = new ThreadHistory();
    const lead = givenLead('post:DJ', { status: 'EXERCISE', exerciseId: 'EX-1' });

    history.route([lead], givenContext());

    expect(history.decisionOn(lead).status).toBe('EXERCISE');
  });
});
