import { describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenClosure,
  givenContext,
  givenCorrection,
  givenDispatch,
  givenEmergency,
  givenLead,
  givenMessage,
  givenReview,
  givenSupplement,
  givenSuspended,
} from '../../test/given.ts';
import { rolesIn, ThreadHistory } from '../../test/thread-history.ts';

type Message = ReturnType<typeof givenLead>;

/** What becomes of the last of some messages, each decided on its own. */
function fateOf(...messages: readonly Message[]): string {
  const history = new ThreadHistory();
  for (const message of messages) history.route([message]);
  const last = messages.at(-1);
  if (last === undefined) throw new Error('no message');
  const { outcome, refusalCode } = history.decisionOn(last);
  return refusalCode ?? outcome;
}

describe('a cancellation', () => {
  it('cannot be cancelled: what was withdrawn is sent anew', () => {
    const lead = givenLead('post:DJ');
    const cancellation = givenCancellation('post:DJ', lead);
    expect(fateOf(lead, cancellation, givenCancellation('post:DJ', cancellation))).toBe('not-cancellable');
  });

  it('may be sharpened by a second one of the same message', () => {
    const lead = givenLead('post:DJ');
    expect(fateOf(lead, givenCancellation('post:DJ', lead), givenCancellation('post:DJ', lead))).toBe(
      'ACCEPTED',
    );
  });
});

describe('a correction', () => {
  const lead = givenLead('post:DJ');

  it('carries a body of the original’s kind, through corrections of corrections', () => {
    const supplement = givenSupplement('post:DJ', lead);
    const ofLead = givenCorrection('post:DJ', lead);
    const wrong = { threadId: lead.threadId, supersedes: supplement.messageId };
    expect(fateOf(lead, supplement, givenCorrection('post:DJ', supplement))).toBe('ACCEPTED');
    expect(fateOf(lead, supplement, givenCorrection('post:DJ', lead, wrong))).toBe(
      'correction-of-other-kind',
    );
    expect(fateOf(lead, ofLead, givenCorrection('post:DJ', ofLead))).toBe('ACCEPTED');
    expect(
      fateOf(
        lead,
        ofLead,
        givenCorrection('post:DJ', supplement, { ...wrong, supersedes: ofLead.messageId }),
      ),
    ).toBe('correction-of-other-kind');
  });
});

describe('a correction of what is cancelled', () => {
  const lead = givenLead('post:DJ');
  const cancellation = givenCancellation('post:DJ', lead);

  it('is refused, also through what it corrects: what was withdrawn is sent anew', () => {
    const first = givenCorrection('post:DJ', lead);
    expect(fateOf(lead, cancellation, givenCorrection('post:DJ', lead))).toBe('original-cancelled');
    expect(fateOf(lead, first, cancellation, givenCorrection('post:DJ', first))).toBe('original-cancelled');
    expect(fateOf(lead, first, givenCancellation('post:DJ', first), givenCorrection('post:DJ', first))).toBe(
      'original-cancelled',
    );
  });

  it('tells nobody but its sender, and of its place alone', () => {
    const history = new ThreadHistory();
    const late = givenCorrection('post:DJ', lead);
    for (const message of [lead, cancellation, late]) history.route([message]);
    expect(rolesIn(history.decisionOn(late))).toEqual(['post:DJ NOTICE original-cancelled']);
    expect(history.decisionOn(late)).toMatchObject({ variants: [], denied: [] });
    expect(history.decisionOn(late).entries[0]?.reasons.map(({ code }) => code)).toEqual([
      'original-cancelled',
      'at/supersedes',
    ]);
  });

  it('is refused when both waited for the original and the cancellation came first', () => {
    const history = new ThreadHistory();
    const waiting = givenCorrection('post:DJ', lead, { urgency: 'URGENT' });
    for (const message of [cancellation, waiting]) history.route([message]);
    expect(history.held).toHaveLength(2);
    history.route([lead]);
    expect(history.decisionOn(waiting).refusalCode).toBe('original-cancelled');
  });

  it('is not when only an earlier correction was withdrawn: the message itself still stands', () => {
    const first = givenCorrection('post:DJ', lead);
    const withdrawn = givenCancellation('post:DJ', first);
    expect(fateOf(lead, first, withdrawn, givenCorrection('post:DJ', lead))).toBe('ACCEPTED');
  });
});

describe('an extension', () => {
  const question = givenMessage(
    'desk:trafficking',
    {
      kind: 'INFORMATION_REQUEST',
      body: { question: 'Who?', purpose: 'To know.', facts: 'Few.', addresseeReason: 'It is near.' },
    },
    { replyBy: '2026-06-03T12:00:00Z', recipients: { action: [{ correspondent: 'post:DJ' }] } },
  );
  const extension = (newReplyBy: string) =>
    givenMessage(
      'post:DJ',
      { kind: 'REPLY', body: { outcome: 'EXTENSION', newReplyBy } },
      { threadId: question.threadId, inReplyTo: question.messageId },
    );

  it('names a date after the one that was asked for', () => {
    expect(fateOf(question, extension('2026-06-05T12:00:00Z'))).toBe('ACCEPTED');
    expect(fateOf(question, extension('2026-06-03T12:00:00Z'))).toBe('extension-not-later');
  });
});

describe('the lead desk', () => {
  const lead = givenLead('post:DJ', { recipients: { information: [{ correspondent: 'desk:cyber' }] } });

  it('is the first that got the opening message for action, and alone may close', () => {
    expect(fateOf(lead, givenClosure('desk:trafficking', lead))).toBe('ACCEPTED');
    expect(fateOf(lead, givenClosure('desk:cyber', lead))).toBe('not-lead-desk');
    expect(fateOf(lead, givenClosure('post:DJ', lead))).toBe('not-lead-desk');
  });

  it('is one that the sender named, before one that a rule found', () => {
    const named = givenLead('post:DJ', { recipients: { action: [{ correspondent: 'desk:duty' }] } });
    expect(fateOf(named, givenClosure('desk:duty', named))).toBe('ACCEPTED');
    expect(fateOf(named, givenClosure('desk:trafficking', named))).toBe('not-lead-desk');
  });

  it('is the desk that opened the thread; where no desk has part, whoever opened it', () => {
    const ofDesk = givenLead('desk:cyber');
    expect(fateOf(ofDesk, givenClosure('desk:cyber', ofDesk))).toBe('ACCEPTED');
    const between = givenLead('post:DJ', {
      tlp: 'RED',
      recipients: { action: [{ correspondent: 'post:CI' }] },
    });
    expect(fateOf(between, givenClosure('post:DJ', between))).toBe('ACCEPTED');
    expect(fateOf(between, givenClosure('post:CI', between))).toBe('not-lead-desk');
  });

  it('hands over by dispatching the opening message to another desk for action, once and for all', () => {
    const handover = givenDispatch('desk:trafficking', lead, ['desk:cyber']);
    const close = (code: string) => givenClosure(code, lead);
    expect(fateOf(lead, handover, close('desk:cyber'))).toBe('ACCEPTED');
    expect(fateOf(lead, handover, close('desk:trafficking'))).toBe('not-lead-desk');
    const back = givenDispatch('desk:cyber', lead, ['desk:trafficking']);
    expect(fateOf(lead, handover, back, close('desk:trafficking'))).toBe('ACCEPTED');
  });

  it('is not changed by who does not lead, by a dispatch to a post, nor by one that was cancelled', () => {
    const foreign = givenDispatch('desk:cyber', lead, ['desk:duty']);
    expect(fateOf(lead, foreign, givenClosure('desk:trafficking', lead))).toBe('ACCEPTED');
    const toPost = givenDispatch('desk:trafficking', lead, ['post:SN']);
    expect(fateOf(lead, toPost, givenClosure('desk:trafficking', lead))).toBe('ACCEPTED');
    const handover = givenDispatch('desk:trafficking', lead, ['desk:cyber']);
    const undone = givenCancellation('desk:trafficking', handover);
    expect(fateOf(lead, handover, undone, givenClosure('desk:trafficking', lead))).toBe('ACCEPTED');
  });

  it('that is suspended leaves the duty desk to lead', () => {
    const history = new ThreadHistory();
    const seen = givenLead('post:DJ', { recipients: { information: [{ correspondent: 'desk:duty' }] } });
    history.route([seen]);
    const closure = givenClosure('desk:duty', seen);
    history.route([closure], givenContext({ directory: givenSuspended('desk:trafficking') }));
    expect(history.decisionOn(closure).outcome).toBe('ACCEPTED');
  });
});

describe('a review of what left in an emergency', () => {
  const emergency = { ...givenEmergency('post:DJ'), actor: 'person-officer-post-DJ' };
  const by = (actor: string, granted = true) => givenReview('post:DJ', emergency, actor, granted);

  it('is given by another person who answers for the correspondent, and told to all that hold the message', () => {
    const history = new ThreadHistory();
    const review = by('person-releaser-post-DJ');
    for (const message of [emergency, review]) history.route([message]);
    expect(rolesIn(history.decisionOn(review))).toEqual(['desk:trafficking ACTION', 'post:DJ SENDER']);
    expect(fateOf(emergency, by('person-releaser-post-DJ', false))).toBe('ACCEPTED');
  });

  it('is given by nobody else', () => {
    expect(fateOf(emergency, by('person-officer-post-DJ'))).toBe('review-by-superior');
    expect(fateOf(emergency, by('person-releaser-post-CI'))).toBe('review-by-superior');
    expect(fateOf(emergency, by('system-post-DJ'))).toBe('review-by-superior');
    const own = { ...emergency, actor: 'person-releaser-post-DJ' };
    expect(fateOf(own, by('person-releaser-post-DJ'))).toBe('review-by-superior');
  });

  it('needs something to review', () => {
    const lead = givenLead('post:DJ');
    const released = { ...givenEmergency('post:DJ'), releasedBy: 'person-releaser-post-DJ' };
    for (const message of [lead, released]) {
      const review = givenReview('post:DJ', message, 'person-releaser-post-DJ');
      expect(fateOf(message, review)).toBe('nothing-to-review');
    }
  });
});
