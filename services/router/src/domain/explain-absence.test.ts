import type { Role, Subject } from '@chappe/policy';
import { describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenContext,
  givenDirectory,
  givenDispatch,
  givenLead,
  givenReroute,
  givenSupplement,
  givenSuspended,
  noonMs,
} from '../../test/given.ts';
import { ThreadHistory } from '../../test/thread-history.ts';
import { explainAbsence } from './explain-absence.ts';
import { ThreadMemory } from './thread-memory.ts';

type Message = ReturnType<typeof givenLead>;

const as = (
  correspondent: string,
  role: Role,
  changes: Partial<Subject['grants'][number]> = {},
): Subject => ({
  kind: 'PERSON',
  id: 'person-invented',
  correspondent,
  directoryRelease: 1,
  grants: [{ role, position: 'x', clearance: 'RESTRICTED', crimeAreas: [], mayExercise: false, ...changes }],
});
const officer = as('post:DJ', 'officer', { clearance: 'SECRET' });
const desk = as('desk:trafficking', 'desk-officer');

/** Asks about one of some messages, each decided on its own. */
function ask(messages: readonly Message[], about: Message, subject: Subject, correspondent: string) {
  const history = new ThreadHistory();
  for (const message of messages) history.route([message], givenContext());
  return explainAbsence(
    { messageId: about.messageId, correspondent, subject, nowMs: noonMs },
    new ThreadMemory(history.records()),
    givenDirectory(),
  );
}

const lead = givenLead('post:DJ', {
  classification: 'SECRET',
  recipients: {
    action: [{ correspondent: 'post:CI' }, { correspondent: 'desk:cyber' }],
    excluded: ['post:SN'],
  },
});

describe('the sender', () => {
  const asked = (correspondent: string) => ask([lead], lead, officer, correspondent);

  it.each([
    ['desk:trafficking', 'SERVED', ['rule']],
    ['desk:cyber', 'SERVED', ['named-for-action']],
    ['post:DJ', 'SERVED', ['sender']],
    ['post:CI', 'NOT_SERVED', ['classification.above-ceiling', 'named-for-action']],
    ['post:SN', 'NOT_SERVED', ['excluded.sender-excluded']],
    ['post:MA', 'NOT_CONCERNED', ['not-concerned']],
    ['post:XX', 'NOT_CONCERNED', ['not-concerned']],
  ])('is told of %s: %s', (correspondent, answer, codes) => {
    const told = asked(correspondent);
    expect(told).toMatchObject({ seenFrom: 'SENDER', answer, directoryRelease: 1 });
    expect(told?.reasons.map(({ code }) => code)).toEqual(codes);
    for (const { fr, en } of told?.reasons ?? []) expect(fr).not.toBe(en);
  });

  it('is not told that a rule speaks for somebody whom policy withholds', () => {
    const red = givenLead('post:DJ', { tlp: 'RED', recipients: { action: [{ correspondent: 'post:CI' }] } });
    const [ruled, nobody] = ['desk:trafficking', 'post:MA'].map((each) => ask([red], red, officer, each));
    expect({ ...ruled, correspondent: '' }).toEqual({ ...nobody, correspondent: '' });
  });

  it('is not told to whom a desk passed its message on, by any follow-up', () => {
    const open = givenLead('post:DJ');
    const dispatch = givenDispatch('desk:trafficking', open, ['post:MA']);
    const follow = [givenSupplement('post:DJ', open), givenCancellation('post:DJ', open)];
    for (const message of follow) {
      const messages = [open, dispatch, message];
      expect(ask(messages, message, officer, 'post:MA')?.answer).toBe('NOT_CONCERNED');
      expect(ask(messages, message, officer, 'desk:trafficking')?.answer).toBe('SERVED');
    }
    expect(ask([open, dispatch], dispatch, desk, 'post:MA')?.answer).toBe('SERVED');
  });

  it('is told why its message went to nobody', () => {
    const nowhere = givenLead('post:DJ', { recipients: { excluded: ['desk:trafficking', 'desk:duty'] } });
    expect(ask([nowhere], nowhere, officer, 'desk:duty')).toMatchObject({
      answer: 'REFUSED',
      reasons: [{ code: 'no-recipient' }],
    });
    expect(ask([nowhere], nowhere, desk, 'desk:duty')).toBeNull();
  });
});

describe('a desk that holds a copy', () => {
  const closed = givenLead('post:DJ', {
    recipients: { action: [{ correspondent: 'post:CI' }], excluded: ['post:CI', 'post:SN'] },
  });

  it('is answered from its copy: an exclusion changes nothing that it is told', () => {
    const open = givenLead('post:DJ', { recipients: { action: [{ correspondent: 'post:CI' }] } });
    for (const correspondent of ['post:CI', 'post:SN', 'desk:trafficking', 'post:MA']) {
      const [hidden, plain] = [closed, open].map((each) => ask([each], each, desk, correspondent));
      expect(hidden?.seenFrom).toBe('COPY');
      expect({ ...hidden, messageId: '' }).toEqual({ ...plain, messageId: '' });
    }
    expect(ask([closed], closed, desk, 'post:CI')?.answer).toBe('SPOKEN_FOR');
    expect(ask([closed], closed, desk, 'post:SN')?.answer).toBe('NOT_CONCERNED');
  });

  it('is told what restricts, as its copy shows', () => {
    const secret = givenLead('post:DJ', {
      classification: 'SECRET',
      recipients: { action: [{ correspondent: 'post:CI' }] },
    });
    const cleared = as('desk:trafficking', 'desk-officer', { clearance: 'SECRET' });
    expect(ask([secret], secret, cleared, 'post:CI')).toMatchObject({
      answer: 'RESTRICTED',
      reasons: [{ code: 'classification.above-ceiling' }, { code: 'named-for-action' }],
    });
    // Whoever may not read the message may not ask about it either.
    expect(ask([secret], secret, desk, 'post:CI')).toBeNull();
  });

  it('may ask when it got the message by a dispatch, and no more once that is cancelled', () => {
    const open = givenLead('post:DJ');
    const dispatch = givenDispatch('desk:trafficking', open, ['desk:cyber']);
    const cyber = as('desk:cyber', 'desk-officer');
    expect(ask([open, dispatch], open, cyber, 'post:MA')?.answer).toBe('NOT_CONCERNED');
    expect(ask([open, dispatch, givenCancellation('post:DJ', open)], open, cyber, 'post:MA')).toBeNull();
  });
});

describe('anybody else', () => {
  it('cannot tell a message that is not theirs from none', () => {
    const open = givenLead('post:DJ', { recipients: { action: [{ correspondent: 'post:CI' }] } });
    const strangers = [
      as('post:TH', 'officer'),
      as('desk:cyber', 'desk-head'),
      // A post that holds it has no business with who else does.
      as('post:CI', 'officer'),
    ];
    for (const subject of strangers) {
      expect(ask([open], open, subject, 'desk:trafficking')).toBeNull();
      expect(ask([open], givenLead('post:DJ'), subject, 'desk:trafficking')).toBeNull();
    }
  });
});

describe('of what was rerouted', () => {
  const open = givenLead('post:DJ', {
    countriesConcerned: ['CI'],
    recipients: { action: [{ correspondent: 'post:CI' }] },
  });
  const suspended = givenContext({ directory: givenSuspended('post:CI') });

  function asked(
    correspondent: string,
    history: ThreadHistory,
    about = open,
    directory = givenDirectory(),
  ): { answer: string | undefined; reasons: unknown[]; en: string | undefined; fr: string | undefined } {
    const answer = explainAbsence(
      { messageId: about.messageId, correspondent, subject: officer, nowMs: noonMs },
      new ThreadMemory(history.records()),
      directory,
    );
    return {
      answer: answer?.answer,
      reasons: answer?.reasons.map((each) => [each.code, each.correspondent]) ?? [],
      en: answer?.reasons.at(-1)?.en,
      fr: answer?.reasons.at(-1)?.fr,
    };
  }

  it('the sender is told who stood in for whom, from both sides and in both languages', () => {
    const history = new ThreadHistory();
    history.route([open]);
    history.route([givenReroute('post:CI', open)], suspended);
    const standIn = asked('post:TG', history);
    expect([standIn.answer, standIn.reasons]).toEqual(['SERVED', [['stands-in', 'post:CI']]]);
    expect(standIn.en).toMatch(/^Stands in for a suspended correspondent: .+ \(post:CI\)\.$/);
    expect(standIn.fr).toMatch(/^Remplace un correspondant suspendu : .+ \(post:CI\)\.$/);
    const represented = asked('post:CI', history);
    expect([represented.answer, represented.reasons]).toEqual([
      'SERVED',
      [
        ['named-for-action', undefined],
        ['rerouted', 'post:TG'],
      ],
    ]);
    expect(represented.en).toMatch(/was taken over by: .+ \(post:TG\)\.$/);
    expect(represented.fr).toMatch(/est repris par : .+ \(post:TG\)\.$/);
  });

  it('the sender is not told of whoever stands in for somebody whom a desk passed it on to', () => {
    const lead = givenLead('post:DJ', { countriesConcerned: ['CI'] });
    const history = new ThreadHistory();
    history.route([
      lead,
      givenDispatch('desk:trafficking', lead, ['post:CI'], { countriesConcerned: ['CI'] }),
    ]);
    history.route([givenReroute('post:CI', lead)], suspended);
    expect(asked('post:TG', history, lead).answer).toBe('NOT_CONCERNED');
    expect(asked('post:CI', history, lead).answer).toBe('NOT_CONCERNED');
  });
});
