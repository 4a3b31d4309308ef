import { describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenContext,
  givenDirectory,
  givenDispatch,
  givenLead,
  givenReply,
  givenSuspended,
  type RequestChange,
} from '../../test/given.ts';
import { rolesIn, ThreadHistory } from '../../test/thread-history.ts';
import { explainFate } from './explain-decision.ts';

const toAbidjan: RequestChange = {
  countriesConcerned: ['CI'],
  recipients: { action: [{ correspondent: 'post:CI' }] },
};

function decide(message: ReturnType<typeof givenLead>, ...suspended: readonly string[]) {
  const history = new ThreadHistory();
  history.route([message], givenContext({ directory: givenSuspended(...suspended) }));
  return history.decisionOn(message);
}

describe('a suspended post', () => {
  it('gets nothing, and whoever covers its country next gets its share, with the reason recorded', () => {
    const decision = decide(givenLead('post:DJ', toAbidjan), 'post:CI');

    expect(rolesIn(decision)).toEqual(['desk:trafficking ACTION', 'post:TG ACTION', 'post:DJ SENDER']);
    const standIn = decision.entries.find(({ correspondent }) => correspondent === 'post:TG');
    expect(standIn?.reasons.map(({ code, correspondent }) => [code, correspondent])).toEqual([
      ['stands-in', 'post:CI'],
    ]);
    expect(decision.denied.map(({ correspondent, reasons }) => [correspondent, reasons[0]?.code])).toEqual([
      ['post:CI', 'grant.suspended'],
    ]);
  });

  it('is represented in those of its countries that the message concerns, its seat otherwise', () => {
    const change: RequestChange = { recipients: { action: [{ correspondent: 'post:LB' }] } };
    const concerned = decide(givenLead('post:DJ', { ...change, countriesConcerned: ['SY'] }), 'post:LB');
    expect(rolesIn(concerned)).toContain('post:JO ACTION');
    const seat = decide(
      givenLead('post:DJ', { recipients: { action: [{ correspondent: 'post:CI' }] } }),
      'post:CI',
    );
    expect(rolesIn(seat)).toContain('post:TG ACTION');
  });

  it('for which nobody stands in leaves its share to the duty desk', () => {
    const decision = decide(
      givenLead('post:DJ', {
        countriesConcerned: ['LB'],
        recipients: { information: [{ correspondent: 'post:LB' }] },
      }),
      'post:LB',
    );
    expect(rolesIn(decision)).toEqual(['desk:duty INFORMATION', 'desk:trafficking ACTION', 'post:DJ SENDER']);
  });

  it('named by a rule is represented with the rule’s reason beside', () => {
    const decision = decide(
      givenLead('desk:duty', {
        activity: 'COMMUNITY_SAFETY',
        crimeAreas: [],
        countriesConcerned: ['SY'],
      }),
      'post:LB',
    );
    const standIn = decision.entries.find(({ correspondent }) => correspondent === 'post:JO');
    expect(standIn?.role).toBe('INFORMATION');
    expect(standIn?.reasons.map(({ code, ruleId }) => [code, ruleId])).toEqual([
      ['stands-in', null],
      ['rule', 'levant-community-safety-to-beirut'],
    ]);
  });

  it('is not represented where policy keeps the message for those whom the sender named', () => {
    const red = decide(
      givenLead('post:DJ', {
        tlp: 'RED',
        countriesConcerned: ['CI'],
        recipients: { action: [{ correspondent: 'post:CI' }, { correspondent: 'post:SN' }] },
      }),
      'post:CI',
    );
    expect(rolesIn(red)).toEqual(['post:SN ACTION', 'post:DJ SENDER']);
  });

  it('is not represented in what the sender reserved for functions of it', () => {
    const attention = { positions: ['Attaché de sécurité intérieure'], exclusive: true };
    const reserved = decide(
      givenLead('post:DJ', {
        ...toAbidjan,
        recipients: { action: [{ correspondent: 'post:CI', attention }] },
      }),
      'post:CI',
    );
    expect(rolesIn(reserved)).toEqual(['desk:trafficking ACTION', 'post:DJ SENDER']);
    const preferred = decide(
      givenLead('post:DJ', {
        ...toAbidjan,
        recipients: { action: [{ correspondent: 'post:CI', attention: { ...attention, exclusive: false } }] },
      }),
      'post:CI',
    );
    expect(rolesIn(preferred)).toContain('post:TG ACTION');
  });

  it('has a stand-in for a dispatch, who gets original and instruction', () => {
    const lead = givenLead('post:DJ', { countriesConcerned: ['CI'] });
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:CI'], { countriesConcerned: ['CI'] });
    const history = new ThreadHistory();
    history.route([lead]);
    history.route([dispatch], givenContext({ directory: givenSuspended('post:CI') }));
    expect(rolesIn(history.decisionOn(dispatch))).toEqual([
      'post:TG ACTION',
      'post:TG ACTION',
      'desk:trafficking SENDER',
    ]);
  });

  it('has what waits for it rerouted: a waiting message is decided under the release in force', () => {
    const lead = givenLead('post:CI', { countriesConcerned: ['CI'] });
    const reply = givenReply('desk:trafficking', lead, { countriesConcerned: ['CI'] });
    const history = new ThreadHistory();
    history.route([reply]);
    history.route([lead], givenContext({ directory: givenSuspended('post:CI') }));
    expect(rolesIn(history.decisionOn(reply))).toEqual(['post:TG ACTION', 'desk:trafficking SENDER']);
  });

  it('keeps what it holds: a recall is told to it, and to nobody in its place', () => {
    const lead = givenLead('post:DJ', toAbidjan);
    const cancellation = givenCancellation('post:DJ', lead, { countriesConcerned: ['CI'] });
    const history = new ThreadHistory();
    history.route([lead]);
    history.route([cancellation], givenContext({ directory: givenSuspended('post:CI') }));
    expect(rolesIn(history.decisionOn(cancellation))).toEqual([
      'desk:trafficking ACTION',
      'post:CI NOTICE cancelled',
      'post:DJ SENDER',
    ]);
  });
});

describe('an explanation', () => {
  it('names the suspended post for which another stands in, in both languages', () => {
    const directory = givenSuspended('post:CI');
    const [fate] = new ThreadHistory().route([givenLead('post:DJ', toAbidjan)], { directory }).fates;
    if (fate === undefined) throw new Error('no fate');
    const { correspondents, notServed } = explainFate(fate, directory);
    const standIn = correspondents.find(({ correspondent }) => correspondent === 'post:TG');
    const { nameFr, nameEn } = givenDirectory().correspondents.get('post:CI') ?? {};
    expect(standIn?.reasons[0]).toEqual({
      code: 'stands-in',
      correspondent: 'post:CI',
      fr: `Remplace un correspondant suspendu : ${nameFr} (post:CI).`,
      en: `Stands in for a suspended correspondent: ${nameEn} (post:CI).`,
    });
    expect(notServed.map(({ correspondent, reasons }) => [correspondent, reasons[0]?.code])).toEqual([
      ['post:CI', 'grant.suspended'],
    ]);
  });
});
