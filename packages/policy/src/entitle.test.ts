import type { Message } from '@chappe/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aMessage, anyMarkedMessage, anyRecipient } from './blank-message.fixture.ts';
import { isCovered } from './covers-path.ts';
import { type Entitlement, entitle } from './entitle.ts';
import type { DeliveryRelation, RecipientProfile } from './recipient-profile.ts';
import { alwaysWithheldFromRecipients } from './rules/withholding.ts';

const desk: RecipientProfile = {
  correspondent: 'desk:cyber',
  type: 'DESK',
  ceiling: 'SECRET',
  suspended: false,
  origin: 'RULE',
  released: false,
};
const anyRelation = fc.constantFrom<DeliveryRelation[]>('ACTION', 'INFORMATION', 'SENDER');

/** `path code` of each part withheld. */
function withheld(entitlement: Entitlement): string[] {
  return entitlement.entitled ? entitlement.withheld.map(({ path, code }) => `${path} ${code}`) : ['all'];
}

describe('entitle', () => {
  it('gives a desk what a rule sends it, less what no recipient sees', () => {
    const entitlement = entitle(desk, aMessage(), 'ACTION');
    expect(entitlement.entitled && entitlement.withheld.map(({ path }) => path)).toEqual(
      alwaysWithheldFromRecipients,
    );
  });

  it('says of each part by which rule it is withheld, and of each rule that it was applied', () => {
    const entitlement = entitle(desk, aMessage(), 'ACTION');
    expect(withheld(entitlement)).toEqual([
      'actor variant.person-behind',
      'drafter variant.person-behind',
      'provenance.sourceToken variant.source-protected',
      'recipients.excluded variant.exclusions',
      'releasedBy variant.person-behind',
      'senderSeq variant.own-numbering',
      'senderSignature variant.person-behind',
      'senderStream variant.own-numbering',
      'submissionId variant.own-numbering',
    ]);
    expect(entitlement.steps.filter(({ effect }) => effect === 'withhold').map(({ code }) => code)).toEqual([
      'variant.exclusions',
      'variant.own-numbering',
      'variant.person-behind',
      'variant.source-protected',
    ]);
  });

  it('withholds nothing from the copy of the sender', () => {
    expect(entitle(desk, aMessage(), 'SENDER')).toMatchObject({ entitled: true, withheld: [] });
  });

  it('keeps provenance and other recipients inside the network', () => {
    const partner = { ...desk, type: 'PARTNER', origin: 'NAMED' as const };
    expect(withheld(entitle(partner, aMessage(), 'ACTION'))).toEqual(
      expect.arrayContaining([
        'matchPolicy variant.working-data',
        'provenance variant.outside-network',
        'recipients.action variant.outside-network',
        'recipients.information variant.outside-network',
      ]),
    );
  });

  it('names the partner to whoever acts and was chosen, not to whoever knows or was reached by a dispatch', () => {
    const hidden = 'provenance.partner variant.need-to-know';
    expect(withheld(entitle(desk, aMessage(), 'ACTION'))).not.toContain(hidden);
    expect(withheld(entitle(desk, aMessage(), 'INFORMATION'))).toContain(hidden);
    expect(withheld(entitle({ ...desk, origin: 'DISPATCH' }, aMessage(), 'ACTION'))).toContain(hidden);
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
            const paths = after.withheld.map(({ path }) => path);
            if (before.entitled)
              expect(before.withheld.every(({ path }) => isCovered(path, paths))).toBe(true);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  const example = 'partner:example-agency';
  const outside: RecipientProfile = { ...desk, correspondent: example, type: 'PARTNER', origin: 'DISPATCH' };
  const tearline = {
    text: 'Tools may be on board.',
    language: 'en',
    releasableTo: [example],
    form: 'WRITTEN',
  };
  const partners = { provenance: partnerProvenance(), tearline } as Partial<Message>;

  it.each([
    ['third-party.no-permission', partners],
    ['handling.tlp-amber', { tearline }],
    ['handling.tlp-red', { tearline, tlp: 'RED' }],
    ['handling.h3', { tearline, tlp: 'GREEN', handling: ['H3'] }],
  ] as [string, Partial<Message>][])('gives the tear line alone where %s keeps the rest', (code, message) => {
    const entitlement = entitle(outside, aMessage(message), 'ACTION');
    expect(withheld(entitlement)).toEqual(
      expect.arrayContaining([`lead ${code}`, `keywords variant.working-data`, `crimeAreas ${code}`]),
    );
    expect(entitlement.steps).toContainEqual({ code: 'tearline.only', effect: 'withhold' });
    expect(entitlement.steps).toContainEqual({ code, effect: 'withhold' });
  });

  it.each([
    ['an oral tear line', { ...partners, tearline: { ...tearline, form: 'ORAL' } }, {}],
    ['a tear line for others', { ...partners, tearline: { ...tearline, releasableTo: ['other'] } }, {}],
    [
      'an excluded correspondent',
      { ...partners, recipients: { ...noRecipients(), excluded: [example] } },
      {},
    ],
    ['a classification above the ceiling', partners, { ceiling: 'NOT_PROTECTED' }],
    ['a suspended correspondent', partners, { suspended: true }],
    ['a TLP unknown to this release', { ...partners, tlp: 'UNKNOWN' }, {}],
    ['a handling code unknown to this release', { ...partners, handling: ['UNKNOWN'] }, {}],
  ] as [string, Partial<Message>, Partial<RecipientProfile>][])(
    'gives nothing at all to or with %s',
    (_case, message, recipient) => {
      expect(entitle({ ...outside, ...recipient }, aMessage(message), 'ACTION').entitled).toBe(false);
    },
  );

  it('opens by a release what was released: all, or the parts that were asked for', () => {
    const message = aMessage({ ...partners, tlp: 'RED', handling: ['H2'] });
    const all = entitle({ ...outside, released: true }, message, 'ACTION');
    expect(withheld(all).filter((each) => each.startsWith('lead'))).toEqual([]);
    const parts = { ...outside, released: true, releasedParts: ['lead.title', 'places'] };
    const some = withheld(entitle(parts, message, 'ACTION'));
    expect(some.filter((each) => each.startsWith('lead') || each.startsWith('places'))).toEqual(
      ['callback', 'entities', 'relations', 'summary', 'text'].map(
        (name) => `lead.${name} variant.beyond-release`,
      ),
    );
    expect(some).toContain('tearline variant.beyond-release');
  });

  // A variant cannot keep one field of each item: the rest of the list once left with it, named as withheld and not so.
  it('keeps a list whole or not at all, also where a part inside of it was asked for', () => {
    const message = aMessage({ ...partners, tlp: 'RED', handling: ['H2'] });
    const parts = { ...outside, released: true, releasedParts: ['lead.entities.label', 'lead.title'] };
    const some = withheld(entitle(parts, message, 'ACTION'));
    expect(some).toContain('lead.entities variant.beyond-release');
    expect(some.filter((each) => each.startsWith('lead.entities.'))).toEqual([]);
  });

  it('does not limit by a release of parts who needs no release', () => {
    const parts = { ...desk, released: true, releasedParts: ['lead.title'] };
    expect(withheld(entitle(parts, aMessage(), 'ACTION'))).not.toContain('lead.text variant.beyond-release');
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

function noRecipients(): Message['recipients'] {
  return { action: [], information: [], excluded: [] };
}

function exclusiveAttention(): Message['recipients'] {
  const attention = { positions: ['attaché'], exclusive: true };
  return { action: [{ correspondent: 'desk:cyber', attention }], information: [], excluded: [] };
}
