import { loadDemonstration } from '@chappe/directory';
import { describe, expect, it } from 'vitest';
import {
  givenCancellation,
  givenContext,
  givenCorrection,
  givenDirectory,
  givenDispatch,
  givenLead,
  givenReleaseRequest,
  givenReleaseTo,
  givenReply,
  givenSupplement,
  type RequestChange,
} from '../../test/given.ts';
import { rolesIn, ThreadHistory } from '../../test/thread-history.ts';

const to = (...codes: string[]): RequestChange => ({
  recipients: { action: codes.map((correspondent) => ({ correspondent })) },
});

function routed(...messages: ReturnType<typeof givenLead>[]): ThreadHistory {
  const history = new ThreadHistory();
  for (const message of messages) history.route([message]);
  return history;
}

describe('who gets what opens a thread', () => {
  it('adds whom the sender names to whom the rules name; for action weighs more', () => {
    const lead = givenLead('post:DJ', {
      recipients: {
        action: [{ correspondent: 'post:CI' }],
        information: [{ correspondent: 'desk:trafficking' }, { correspondent: 'desk:cyber' }],
      },
    });

    const decision = routed(lead).decisionOn(lead);

    expect(rolesIn(decision)).toEqual([
      'desk:cyber INFORMATION',
      'desk:trafficking ACTION',
      'post:CI ACTION',
      'post:DJ SENDER',
    ]);
    const desk = decision.entries.find(({ correspondent }) => correspondent === 'desk:trafficking');
    expect(desk?.reasons.map(({ code, ruleId }) => [code, ruleId])).toEqual([
      ['named-for-information', null],
      ['rule', 'trafficking-to-trafficking'],
    ]);
  });

  it('goes to the duty desk when no rule matches', () => {
    const lead = givenLead('post:DJ', { crimeAreas: ['CORRUPTION'] });
    expect(rolesIn(routed(lead).decisionOn(lead))).toEqual(['desk:duty ACTION', 'post:DJ SENDER']);
  });

  it('never goes to whom the sender excluded, whatever speaks for it', () => {
    const lead = givenLead('post:DJ', {
      recipients: {
        action: [{ correspondent: 'post:CI' }, { correspondent: 'post:SN' }],
        excluded: ['post:CI', 'desk:trafficking'],
      },
    });

    const decision = routed(lead).decisionOn(lead);

    expect(rolesIn(decision)).toEqual(['post:SN ACTION', 'post:DJ SENDER']);
    expect(decision.denied.map(({ correspondent, reasons }) => [correspondent, reasons[0]?.code])).toEqual([
      ['desk:trafficking', 'excluded.sender-excluded'],
      ['post:CI', 'excluded.sender-excluded'],
    ]);
  });

  it('falls back on the duty desk when policy lets nobody else have it', () => {
    const lead = givenLead('post:DJ', {
      ...to('post:XX'),
      recipients: { action: [{ correspondent: 'post:XX' }], excluded: ['desk:trafficking'] },
    });

    const decision = routed(lead).decisionOn(lead);

    expect(rolesIn(decision)).toEqual(['desk:duty ACTION', 'post:DJ SENDER']);
    expect(decision.denied.map(({ reasons }) => reasons[0]?.code)).toEqual([
      'excluded.sender-excluded',
      'unknown-correspondent',
    ]);
  });

  it('is refused when it would reach nobody at all', () => {
    const lead = givenLead('post:DJ', { recipients: { excluded: ['desk:trafficking', 'desk:duty'] } });
    const decision = routed(lead).decisionOn(lead);
    expect(decision).toMatchObject({ outcome: 'REFUSED', refusalCode: 'no-recipient' });
    expect(rolesIn(decision)).toEqual(['post:DJ NOTICE no-recipient']);
  });

  it('does not make its sender a recipient of its own message', () => {
    const lead = givenLead('post:DJ', to('post:DJ', 'post:CI'));
    const roles = rolesIn(routed(lead).decisionOn(lead));
    expect(roles.filter((each) => each.startsWith('post:DJ'))).toEqual(['post:DJ SENDER']);
  });
});

describe('variants', () => {
  it('gives recipients for action one variant, those for information another, the sender all of it', () => {
    const lead = givenLead('post:DJ', {
      provenance: { kind: 'HUMAN_SOURCE', thirdPartyRule: false, sourceToken: 'S-1' },
      recipients: {
        action: [{ correspondent: 'post:CI' }, { correspondent: 'post:SN' }],
        information: [{ correspondent: 'post:MA' }],
      },
    });

    const { variants, entries } = routed(lead).decisionOn(lead);

    const withheldFrom = (code: string) => {
      const { variantId } = entries.find(({ correspondent }) => correspondent === code) ?? {};
      return variants.find((variant) => variant.variantId === variantId)?.withheld;
    };
    expect(variants).toHaveLength(3);
    expect(withheldFrom('post:CI')).toEqual(withheldFrom('post:SN'));
    expect(withheldFrom('post:CI')).toContain('actor');
    expect(withheldFrom('post:MA')).toContain('provenance.sourceToken');
    expect(withheldFrom('post:DJ')).toEqual([]);
  });
});

describe('who gets what follows', () => {
  const lead = givenLead('post:DJ', to('post:CI'));

  it('sends a reply to the author of what it answers, not to every desk that watches the area', () => {
    const reply = givenReply('post:CI', lead, { crimeAreas: ['TERRORISM'] });
    expect(rolesIn(routed(lead, reply).decisionOn(reply))).toEqual(['post:DJ ACTION', 'post:CI SENDER']);
  });

  it('lets a rule that names the kind speak for a follow-up', () => {
    const supplement = givenSupplement('post:CI', lead, { crimeAreas: ['TERRORISM'] });
    expect(rolesIn(routed(lead, supplement).decisionOn(supplement))).toEqual([
      'desk:counter-terrorism ACTION',
      'post:DJ ACTION',
      'post:CI SENDER',
    ]);
  });

  it('sends what an author adds to its own message to all that hold it', () => {
    const supplement = givenSupplement('post:DJ', lead, { crimeAreas: ['CORRUPTION'] });
    expect(rolesIn(routed(lead, supplement).decisionOn(supplement))).toEqual([
      'desk:trafficking ACTION',
      'post:CI ACTION',
      'post:DJ SENDER',
    ]);
  });

  it('tells every holder of a correction, by a bare notice whom it may not be shown', () => {
    const correction = givenCorrection('post:DJ', lead, { classification: 'SECRET' });
    const decision = routed(lead, correction).decisionOn(correction);
    expect(rolesIn(decision)).toEqual([
      'desk:trafficking ACTION',
      'post:CI NOTICE corrected',
      'post:DJ SENDER',
    ]);
    expect(decision.denied).toEqual([]);
  });

  it('judges a holder by how it came to the original: a TLP:RED correction is for named recipients', () => {
    const correction = givenCorrection('post:DJ', lead, { tlp: 'RED' });
    expect(rolesIn(routed(lead, correction).decisionOn(correction))).toEqual([
      'post:CI ACTION',
      'desk:trafficking NOTICE corrected',
      'post:DJ SENDER',
    ]);
  });

  it('reaches with a cancellation everyone that ever got the message, exclusion or not', () => {
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:SN']);
    const correction = givenCorrection('post:DJ', lead, to('post:LB'));
    const passedOn = givenDispatch('desk:trafficking', correction, ['post:MA']);
    const cancellation = givenCancellation('post:DJ', lead, { recipients: { excluded: ['post:SN'] } });

    const history = routed(lead, dispatch, correction, passedOn, cancellation);

    expect(rolesIn(history.decisionOn(cancellation))).toEqual([
      'desk:trafficking ACTION',
      'post:CI ACTION',
      'post:LB ACTION',
      'post:MA ACTION',
      'post:SN NOTICE cancelled',
      'post:DJ SENDER',
    ]);
  });

  it('tells a correspondent that the directory no longer knows, too', () => {
    const history = routed(lead);
    const cancellation = givenCancellation('post:DJ', lead);
    const entries = loadDemonstration('https://issuer.test');
    const directory = givenDirectory({
      ...entries,
      correspondents: entries.correspondents.filter(({ code }) => code !== 'post:CI'),
    });

    history.route([cancellation], givenContext({ directory }));

    expect(rolesIn(history.decisionOn(cancellation))).toContain('post:CI NOTICE cancelled');
  });
});

describe('a dispatch', () => {
  const lead = givenLead('post:DJ', to('post:CI'));

  it('passes the original on under its own identity, unless it was delivered before, then itself', () => {
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:SN', 'post:CI']);
    const decision = routed(lead, dispatch).decisionOn(dispatch);

    expect(rolesIn(decision)).toEqual([
      'post:SN ACTION',
      'post:CI ACTION',
      'post:SN ACTION',
      'desk:trafficking SENDER',
    ]);
    const [first, second] = decision.entries;
    const variantOf = (id: string | null | undefined) =>
      decision.variants.find(({ variantId }) => variantId === id);
    expect(variantOf(first?.variantId)?.messageId).toBe(lead.messageId);
    expect(variantOf(second?.variantId)?.messageId).toBeNull();
  });

  it('makes its addressee a participant: it may answer the original', () => {
    const dispatch = givenDispatch('desk:trafficking', lead, ['post:SN']);
    const reply = givenReply('post:SN', lead);
    expect(rolesIn(routed(lead, dispatch, reply).decisionOn(reply))).toEqual([
      'post:DJ ACTION',
      'post:SN SENDER',
    ]);
  });

  it('is refused after a cancellation, also of what the original corrects', () => {
    const correction = givenCorrection('post:DJ', lead);
    const cancellation = givenCancellation('post:DJ', lead);
    const history = routed(lead, correction, cancellation);
    for (const original of [lead, correction]) {
      const dispatch = givenDispatch('desk:trafficking', original, ['post:SN']);
      history.route([dispatch]);
      expect(history.decisionOn(dispatch).refusalCode).toBe('original-cancelled');
    }
  });

  it('gives neither original nor instruction to whom either is denied', () => {
    const closed = givenLead('post:DJ', { recipients: { excluded: ['post:SN'] } });
    const dispatch = givenDispatch('desk:trafficking', closed, ['post:SN', 'post:LB']);

    const decision = routed(closed, dispatch).decisionOn(dispatch);

    expect(rolesIn(decision).filter((each) => each.startsWith('post:SN'))).toEqual([]);
    expect(decision.denied.map(({ correspondent, reasons }) => [correspondent, reasons[0]?.code])).toEqual([
      ['post:SN', 'excluded.sender-excluded'],
    ]);
  });

  it("passes a partner's information on only with the originator's release, while it holds", () => {
    const provenance = { kind: 'PARTNER', partner: 'XX', thirdPartyRule: true } as const;
    const partners = givenLead('post:DJ', { provenance });
    const request = givenReleaseRequest('desk:trafficking', partners, ['post:SN']);
    const release = givenReleaseTo('post:DJ', partners, request, ['post:SN']);
    const refusal = givenReleaseTo('post:DJ', partners, request, ['post:SN'], false);
    const history = routed(partners, request);
    const dispatched = () => {
      const dispatch = givenDispatch('desk:trafficking', partners, ['post:SN']);
      history.route([dispatch]);
      return history.decisionOn(dispatch);
    };

    expect(dispatched().refusalCode).toBe('no-recipient');
    history.route([release]);
    expect(rolesIn(history.decisionOn(release))).toContain('desk:trafficking ACTION');
    expect(dispatched().outcome).toBe('ACCEPTED');
    history.route([refusal]);
    const late = givenDispatch('desk:trafficking', partners, ['post:LB']);
    history.route([late]);
    expect(history.decisionOn(late).refusalCode).toBe('no-recipient');
  });
});
