import type { Message } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aMessage, anyMarkedMessage, anyRecipient } from './blank-message.fixture.ts';
import { entitle } from './entitle.ts';
import type { DeliveryRelation, RecipientProfile } from './recipient-profile.ts';
import { alwaysWithheldFromRecipients } from './withheld-paths.ts';

const desk: RecipientProfile = {
  correspondent: 'desk:cyber',
  type: 'DESK',
  ceiling: 'SECRET',
  suspended: false,
  origin: 'RULE',
  released: false,
};
const anyRelation = fc.constantFrom<DeliveryRelation[]>('ACTION', 'INFORMATION', 'SENDER');

describe('entitle', () => {
  it('gives a desk what a rule sends it, less what no recipient sees', () => {
    const entitlement = entitle(desk, aMessage(), 'ACTION');
    expect(entitlement).toMatchObject({ entitled: true, withheld: alwaysWithheldFromRecipients });
  });

  it('withholds nothing from the copy of the sender', () => {
    expect(entitle(desk, aMessage(), 'SENDER')).toMatchObject({ entitled: true, withheld: [] });
  });

  it('keeps provenance and other recipients inside the network', () => {
    const partner = { ...desk, type: 'PARTNER', origin: 'NAMED' as const };
    expect(entitle(partner, aMessage(), 'ACTION')).toMatchObject({
      entitled: true,
      withheld: expect.arrayContaining(['provenance', 'recipients.action', 'recipients.information']),
    });
  });

  it('names the source to whoever acts, not to whoever is informed', () => {
    expect(entitle(desk, aMessage(), 'INFORMATION')).toMatchObject({
      withheld: expect.arrayContaining(['provenance.sourceToken']),
    });
  });

  it.each([
    ['third-party.no-permission', { type: 'POST' }, { provenance: partnerProvenance() }],
    ['third-party.no-permission', { origin: 'DISPATCH' }, { provenance: partnerProvenance() }],
    ['third-party.no-permission', { type: 'PARTNER', origin: 'NAMED' }, { provenance: partnerProvenance() }],
    ['classification.above-ceiling', { ceiling: 'NOT_PROTECTED' }, {}],
    ['classification.above-ceiling', { ceiling: 'UNKNOWN' }, { classification: 'NOT_PROTECTED' }],
    ['classification.above-ceiling', {}, { classification: 'UNKNOWN' }],
    ['handling.tlp-red', {}, { tlp: 'RED' }],
    ['handling.tlp-amber-strict', { type: 'SERVICE' }, { tlp: 'AMBER_STRICT' }],
    ['handling.tlp-amber', { type: 'PARTNER' }, { tlp: 'AMBER' }],
    ['handling.tlp-amber', { type: 'CHANNEL' }, {}],
    ['handling.tlp-unknown', { origin: 'NAMED' }, { tlp: 'UNKNOWN' }],
    ['handling.h2', { type: 'POST' }, { handling: ['H2'] }],
    ['handling.h2', { origin: 'DISPATCH' }, { handling: ['H1', 'H2'] }],
    ['handling.h3', { type: 'POST' }, { handling: ['H2', 'H3'] }],
    ['handling.unknown', { origin: 'NAMED' }, { handling: ['UNKNOWN'] }],
    ['grant.suspended', { suspended: true }, {}],
    ['grant.attention-outside', { type: 'PARTNER', origin: 'NAMED' }, { recipients: exclusiveAttention() }],
  ] as [string, Partial<RecipientProfile>, Partial<Message>][])(
    'denies with %s: %j, %j',
    (code, recipient, message) => {
      expect(entitle({ ...desk, ...recipient }, aMessage(message), 'ACTION')).toMatchObject({
        entitled: false,
        code,
      });
    },
  );

  it.each([
    [{}, { provenance: partnerProvenance() }],
    [{ type: 'POST', origin: 'NAMED' }, { provenance: partnerProvenance() }],
    [{ type: 'PARTNER', released: true }, { provenance: partnerProvenance() }],
    [{ origin: 'NAMED' }, { tlp: 'RED' }],
    [{ type: 'SERVICE' }, { tlp: 'AMBER' }],
    [{ type: 'PARTNER' }, { tlp: 'GREEN' }],
    [{}, { handling: ['H2', 'H3'] }],
    [{ origin: 'DISPATCH', released: true }, { handling: ['H2'] }],
    [{}, { recipients: exclusiveAttention() }],
  ] as [Partial<RecipientProfile>, Partial<Message>][])('entitles %j to %j', (recipient, message) => {
    expect(entitle({ ...desk, ...recipient }, aMessage(message), 'ACTION')).toMatchObject({ entitled: true });
  });

  it('never gives anything to whom the sender excluded', () => {
    fc.assert(
      fc.property(anyRecipient, anyMarkedMessage, anyRelation, (recipient, message, relation) => {
        const excluding = {
          ...message,
          recipients: { ...message.recipients, excluded: [recipient.correspondent] },
        };
        expect(entitle(recipient, excluding, relation)).toMatchObject({
          entitled: false,
          code: 'excluded.sender-excluded',
        });
      }),
    );
  });

  it('never widens when a restriction is added', () => {
    fc.assert(
      fc.property(
        anyRecipient,
        anyMarkedMessage,
        anyRelation,
        fc.constantFrom(...restrictions),
        (recipient, message, relation, restrict) => {
          const before = entitle(recipient, message, relation);
          const after = entitle(recipient, restrict(message), relation);
          if (after.entitled) {
            expect(before.entitled).toBe(true);
            if (before.entitled) expect(after.withheld).toEqual(expect.arrayContaining([...before.withheld]));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes a provenance of unknown kind for a partner’s, whatever it says of the third-party rule', () => {
    const provenance = { ...partnerProvenance(), kind: 'UNKNOWN' as const, thirdPartyRule: false };
    expect(entitle({ ...desk, origin: 'DISPATCH' }, aMessage({ provenance }), 'ACTION')).toMatchObject({
      code: 'third-party.no-permission',
    });
  });

  it('treats UNKNOWN as more restrictive than every known symbol', () => {
    fc.assert(
      fc.property(
        anyRecipient,
        anyMarkedMessage,
        anyRelation,
        fc.constantFrom<Partial<Message>[]>(
          { classification: 'UNKNOWN' },
          { tlp: 'UNKNOWN' },
          { handling: ['UNKNOWN'] },
        ),
        (recipient, message, relation, unknown) => {
          const after = entitle(recipient, { ...message, ...unknown }, relation);
          if (after.entitled) expect(relation).toBe('SENDER');
        },
      ),
    );
    fc.assert(
      fc.property(anyRecipient, anyMarkedMessage, anyRelation, (recipient, message, relation) => {
        expect(entitle({ ...recipient, ceiling: 'UNKNOWN' }, message, relation).entitled).toBe(false);
        const asUnknown = entitle({ ...recipient, type: 'UNKNOWN' }, message, relation);
        const asPartner = entitle({ ...recipient, type: 'PARTNER' }, message, relation);
        expect(asUnknown).toEqual(asPartner);
      }),
    );
  });
});

const tlpOrder = ['CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED', 'UNKNOWN'] as const;
const classificationOrder = ['NOT_PROTECTED', 'RESTRICTED', 'SECRET', 'UNKNOWN'] as const;

/** Each makes a message at least as restricted as it was. */
const restrictions: ((message: Message) => Message)[] = [
  (message) => ({ ...message, tlp: next(tlpOrder, message.tlp ?? 'AMBER') }),
  (message) => ({ ...message, classification: next(classificationOrder, message.classification) }),
  ...(['H1', 'H2', 'H3', 'UNKNOWN'] as const).map((code) => (message: Message) => ({
    ...message,
    handling: [...new Set([...message.handling, code])],
  })),
  (message) => ({
    ...message,
    provenance: { ...(message.provenance ?? partnerProvenance()), thirdPartyRule: true },
  }),
  (message) => ({
    ...message,
    provenance: { ...(message.provenance ?? partnerProvenance()), kind: 'UNKNOWN' },
  }),
  (message) => ({
    ...message,
    recipients: { ...message.recipients, excluded: [...message.recipients.excluded, 'post:CI'] },
  }),
];

function next<S extends string>(order: readonly S[], current: S): S {
  return order[Math.min(order.indexOf(current) + 1, order.length - 1)] ?? current;
}

function partnerProvenance(): NonNullable<Message['provenance']> {
  return { kind: 'PARTNER', partner: 'partner:example-agency', thirdPartyRule: true, sourceToken: null };
}

function exclusiveAttention(): Message['recipients'] {
  const attention = { positions: ['attaché'], exclusive: true };
  return { action: [{ correspondent: 'desk:cyber', attention }], information: [], excluded: [] };
}
