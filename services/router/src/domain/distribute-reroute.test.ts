import type { Decision } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenClosure,
  givenContext,
  givenCorrection,
  givenDirectory,
  givenDispatch,
  givenLead,
  givenReply,
  givenReroute,
  givenSupplement,
  givenSuspended,
  type RequestChange,
} from '../../test/given.ts';
import { rolesIn, ThreadHistory } from '../../test/thread-history.ts';
import { composeDeliveries } from './compose-deliveries.ts';

const toAbidjan: RequestChange = {
  countriesConcerned: ['CI'],
  recipients: { action: [{ correspondent: 'post:CI' }] },
};
const suspended = givenContext({ directory: givenSuspended('post:CI') });

/** A lead that reached the post in Abidjan, which was suspended afterwards. */
function given(change: RequestChange = {}) {
  const lead = givenLead('post:DJ', { ...toAbidjan, ...change });
  const history = new ThreadHistory();
  history.route([lead]);
  return { lead, history };
}

const refusalOf = ({ outcome, refusalCode }: Decision) => (outcome === 'REFUSED' ? refusalCode : outcome);
const reasonsOf = ({ entries }: Decision, code: string) =>
  entries
    .find(({ correspondent }) => correspondent === code)
    ?.reasons.map((each) => [each.code, each.correspondent]);

describe('a reroute', () => {
  it('brings the original under its own id to whoever stands in, then the order, and records for whom', () => {
    const { lead, history } = given();
    const order = givenReroute('post:CI', lead);

    history.route([order], suspended);

    const decision = history.decisionOn(order);
    expect(rolesIn(decision)).toEqual(['post:TG ACTION', 'post:TG INFORMATION', 'service:system SENDER']);
    expect(reasonsOf(decision, 'post:TG')).toEqual([['stands-in', 'post:CI']]);
    expect(decision.denied.map(({ correspondent, reasons }) => [correspondent, reasons[0]?.code])).toEqual([
      ['post:CI', 'grant.suspended'],
    ]);
    const known = history.decisions.at(-1);
    if (known === undefined) throw new Error('nothing was decided');
    const deliveries = composeDeliveries(known, (id) => (id === lead.messageId ? lead : null));
    expect(deliveries.map(({ correspondent, messageId, kind }) => [correspondent, messageId, kind])).toEqual([
      ['post:TG', lead.messageId, 'LEAD'],
      ['post:TG', order.messageId, 'SERVICE'],
      ['service:system', order.messageId, 'SERVICE'],
    ]);
    // What is withheld from a recipient is withheld from whoever stands in for it.
    expect(deliveries[0]?.message?.withheld).toContain('actor');
  });

  it('is decided once: the same order again is a repetition', () => {
    const { lead, history } = given();
    const order = givenReroute('post:CI', lead);
    history.route([order], suspended);
    expect(history.route([order], suspended).fates.map(({ fate }) => fate)).toEqual(['REPEATED']);
  });

  it('gives nobody a message twice: whoever holds it is told alone, for action where it only knew of it', () => {
    const both = given({
      recipients: { action: [{ correspondent: 'post:CI' }, { correspondent: 'post:TG' }] },
    });
    const first = givenReroute('post:CI', both.lead);
    both.history.route([first], suspended);
    expect(rolesIn(both.history.decisionOn(first))).toEqual(['post:TG INFORMATION', 'service:system SENDER']);

    const knowing = given({
      recipients: { action: [{ correspondent: 'post:CI' }], information: [{ correspondent: 'post:TG' }] },
    });
    const second = givenReroute('post:CI', knowing.lead);
    knowing.history.route([second], suspended);
    expect(rolesIn(knowing.history.decisionOn(second))).toEqual(['post:TG ACTION', 'service:system SENDER']);
  });

  it('goes on to the next when the stand-in is suspended itself, with both named', () => {
    const { lead, history } = given();
    history.route([givenReroute('post:CI', lead)], suspended);
    const both = givenContext({ directory: givenSuspended('post:CI', 'post:TG') });
    const onward = givenReroute('post:TG', lead);
    history.route([onward], both);
    const decision = history.decisionOn(onward);
    expect(rolesIn(decision)).toEqual(['desk:duty ACTION', 'desk:duty INFORMATION', 'service:system SENDER']);
    expect(reasonsOf(decision, 'desk:duty')).toEqual([
      ['stands-in', 'post:TG'],
      ['stands-in', 'post:CI'],
    ]);
  });

  it('goes on also from a stand-in that held the message for information before', () => {
    const { lead, history } = given({
      recipients: { action: [{ correspondent: 'post:CI' }], information: [{ correspondent: 'post:TG' }] },
    });
    history.route([givenReroute('post:CI', lead)], suspended);
    const onward = givenReroute('post:TG', lead);
    history.route([onward], givenContext({ directory: givenSuspended('post:CI', 'post:TG') }));
    expect(rolesIn(history.decisionOn(onward))).toContain('desk:duty ACTION');
  });

  it('lets whoever stood in answer, and adds reach it as they reach the post that is back', () => {
    const { lead, history } = given();
    history.route([givenReroute('post:CI', lead)], suspended);
    const reply = givenReply('post:TG', lead);
    const more = givenSupplement('post:DJ', lead);
    history.route([reply, more]);
    expect(rolesIn(history.decisionOn(reply))).toEqual(['post:DJ ACTION', 'post:TG SENDER']);
    expect(rolesIn(history.decisionOn(more))).toEqual([
      'desk:trafficking ACTION',
      'post:CI ACTION',
      'post:TG ACTION',
      'post:DJ SENDER',
    ]);
  });
});

describe('policy is asked anew about each stand-in', () => {
  it.each<[string, RequestChange, string[]]>([
    [
      'excluded by the sender',
      { recipients: { action: [{ correspondent: 'post:CI' }], excluded: ['post:TG'] } },
      ['desk:duty ACTION', 'desk:duty INFORMATION', 'service:system SENDER'],
    ],
    [
      'a partner’s information under the third-party rule',
      { provenance: { kind: 'PARTNER', partner: 'partner:example-agency', thirdPartyRule: true } },
      ['desk:duty ACTION', 'desk:duty INFORMATION', 'service:system SENDER'],
    ],
    [
      'handling code H2',
      { handling: ['H2'] },
      ['desk:duty ACTION', 'desk:duty INFORMATION', 'service:system SENDER'],
    ],
  ])('%s: the duty desk stands in', (_what, change, roles) => {
    const { lead, history } = given(change);
    const order = givenReroute('post:CI', lead);
    history.route([order], suspended);
    const decision = history.decisionOn(order);
    expect(rolesIn(decision)).toEqual(roles);
    expect(decision.denied.map(({ correspondent }) => correspondent)).toContain('post:TG');
  });

  it('a ceiling below the classification withholds it', () => {
    const low = givenSuspended('post:CI');
    const post = low.correspondents.get('post:TG');
    if (post === undefined) throw new Error('the demonstration has it');
    const correspondents = new Map([
      ...low.correspondents,
      ['post:TG', { ...post, ceiling: 'NOT_PROTECTED' as const }],
    ]);
    const { lead, history } = given();
    const order = givenReroute('post:CI', lead);
    history.route([order], givenContext({ directory: { ...low, correspondents } }));
    expect(rolesIn(history.decisionOn(order))).toEqual([
      'desk:duty ACTION',
      'desk:duty INFORMATION',
      'service:system SENDER',
    ]);
  });

  it('what is for those alone whom the sender named is nobody else’s', () => {
    const { lead, history } = given({ tlp: 'RED' });
    const order = givenReroute('post:CI', lead);
    history.route([order], suspended);
    const decision = history.decisionOn(order);
    expect(refusalOf(decision)).toBe('no-recipient');
    expect(decision.denied.map(({ correspondent }) => correspondent)).toEqual([
      'post:CI',
      'post:TG',
      'desk:duty',
    ]);
  });

  it('what is reserved for functions of the post stays reserved', () => {
    const attention = { positions: ['attaché'], exclusive: true };
    const { lead, history } = given({ recipients: { action: [{ correspondent: 'post:CI', attention }] } });
    const order = givenReroute('post:CI', lead);
    history.route([order], suspended);
    expect(refusalOf(history.decisionOn(order))).toBe('reserved-for-positions');
  });

  it('the sender of a message does not get its own back', () => {
    const { lead, history } = given();
    const fromTogo = givenLead('post:TG', toAbidjan);
    history.route([fromTogo]);
    const order = givenReroute('post:CI', fromTogo);
    history.route([order], suspended);
    expect(rolesIn(history.decisionOn(order))).toContain('desk:duty ACTION');
    expect(lead.messageId).not.toBe(fromTogo.messageId);
  });
});

describe('a recall', () => {
  it('reaches stand-ins, and those of stand-ins, as well as the suspended', () => {
    const { lead, history } = given();
    history.route([givenReroute('post:CI', lead)], suspended);
    const both = givenContext({ directory: givenSuspended('post:CI', 'post:TG') });
    history.route([givenReroute('post:TG', lead)], both);
    const cancellation = givenCancellation('post:DJ', lead);
    history.route([cancellation], both);
    expect(rolesIn(history.decisionOn(cancellation))).toEqual([
      'desk:duty ACTION',
      'desk:trafficking ACTION',
      'post:CI NOTICE cancelled',
      'post:TG NOTICE cancelled',
      'post:DJ SENDER',
    ]);
  });

  it('that overtakes the order leaves nothing to reroute', () => {
    const { lead, history } = given();
    history.route([givenCancellation('post:DJ', lead)], suspended);
    const order = givenReroute('post:CI', lead);
    history.route([order], suspended);
    expect(refusalOf(history.decisionOn(order))).toBe('original-cancelled');
  });

  it('reaches, as a correction does, whoever stood in for what it corrects', () => {
    const { lead, history } = given();
    history.route([givenReroute('post:CI', lead)], suspended);
    const correction = givenCorrection('post:DJ', lead);
    history.route([correction], suspended);
    expect(rolesIn(history.decisionOn(correction))).toContain('post:TG ACTION');
  });
});

describe('what follows a message up', () => {
  it('goes only to stand-ins that have part in the thread', () => {
    const { lead, history } = given();
    const supplement = givenSupplement('post:DJ', lead, { countriesConcerned: ['CI'] });
    history.route([supplement]);
    const early = givenReroute('post:CI', supplement);
    history.route([early], suspended);
    expect(refusalOf(history.decisionOn(early))).toBe('no-recipient');

    history.route([givenReroute('post:CI', lead)], suspended);
    const late = givenReroute('post:CI', supplement);
    history.route([late], suspended);
    expect(rolesIn(history.decisionOn(late))).toContain('post:TG ACTION');
  });

  it('is told of whoever gets a message that was corrected since', () => {
    const { lead, history } = given();
    history.route([givenCorrection('post:DJ', lead)]);
    const order = givenReroute('post:CI', lead);
    history.route([order], suspended);
    expect(rolesIn(history.decisionOn(order))).toEqual([
      'post:TG ACTION',
      'post:TG INFORMATION',
      'post:TG NOTICE corrected',
      'service:system SENDER',
    ]);
  });

  it('a reply to what the suspended post asked goes to its stand-in, who never had the question', () => {
    const question = givenLead('post:CI', { countriesConcerned: ['CI'] });
    const reply = givenReply('desk:trafficking', question, { countriesConcerned: ['CI'] });
    const history = new ThreadHistory();
    history.route([question, reply]);
    const order = givenReroute('post:CI', reply);
    history.route([order], suspended);
    expect(rolesIn(history.decisionOn(order))).toContain('post:TG ACTION');
  });
});

describe('a suspended desk', () => {
  it('that leads a thread is represented by the duty desk, which leads and may close it', () => {
    const lead = givenLead('post:DJ');
    const history = new ThreadHistory();
    history.route([lead]);
    const away = givenContext({ directory: givenSuspended('desk:trafficking') });
    const order = givenReroute('desk:trafficking', lead);
    history.route([order], away);
    expect(rolesIn(history.decisionOn(order))).toEqual([
      'desk:duty ACTION',
      'desk:duty INFORMATION',
      'service:system SENDER',
    ]);
    const closure = givenClosure('desk:duty', lead);
    history.route([closure], away);
    expect(refusalOf(history.decisionOn(closure))).toBe('ACCEPTED');
  });

  it('hides whom a dispatch reached, and who stands in for it, from the sender of what was dispatched', () => {
    const lead = givenLead('post:DJ', { countriesConcerned: ['CI'] });
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:CI'], { countriesConcerned: ['CI'] });
    const history = new ThreadHistory();
    history.route([lead, dispatch]);
    const order = givenReroute('post:CI', lead);
    history.route([order], suspended);
    expect(reasonsOf(history.decisionOn(order), 'post:TG')).toEqual([
      ['stands-in', 'post:CI'],
      ['dispatched', null],
    ]);
    expect(givenDirectory().correspondents.get('post:CI')?.suspended).toBe(false);
  });
});
