import { avroSchemaOf, type Message } from '@chappe/schemas';
import fc from 'fast-check';
import { type Relation, relations } from './actions.ts';
import { createAvroShape } from './avro-shape.ts';
import type { RecipientProfile } from './recipient-profile.ts';
import type { MessageResource } from './resource.ts';
import { roles, type Subject, type SubjectGrant } from './subject.ts';

const blank = Object.fromEntries(
  [...createAvroShape(avroSchemaOf('Message')).root].map(([name, field]) => [name, field.empty()]),
) as Partial<Message>;

/** A lead with every other field empty, for tests of the policy. */
export function aMessage(overrides: Partial<Message> = {}): Message {
  return {
    ...(blank as Message),
    kind: 'LEAD',
    status: 'ACTUAL',
    classification: 'RESTRICTED',
    sender: { correspondent: 'post:DJ', unit: null, position: null },
    lead: { text: 'text', title: null, summary: null, entities: [], relations: [], callback: null },
    ...overrides,
  };
}

export const tlps = [null, 'CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED', 'UNKNOWN'] as const;
export const handlingCodes = ['H0', 'H1', 'H2', 'H3', 'UNKNOWN'] as const;
export const classifications = ['NOT_PROTECTED', 'RESTRICTED', 'SECRET', 'UNKNOWN'] as const;
export const areas = ['TERRORISM', 'COMPUTER_CRIME', 'DRUG_TRAFFICKING', 'UNKNOWN'] as const;
const positions = ['attaché', 'rédacteur'] as const;

/** Any recipient that a router may consider. */
export const anyRecipient: fc.Arbitrary<RecipientProfile> = fc.record({
  correspondent: fc.constantFrom('post:CI', 'desk:cyber', 'partner:example-agency'),
  type: fc.constantFrom('POST', 'DESK', 'SERVICE', 'CHANNEL', 'PARTNER', 'UNKNOWN'),
  ceiling: fc.constantFrom(...classifications),
  suspended: fc.boolean(),
  origin: fc.constantFrom('NAMED', 'RULE', 'DISPATCH'),
  released: fc.boolean(),
  releasedParts: fc.constantFrom([], ['lead.entities'], ['nothing']),
});

/** Any message, as far as the policy looks at it. */
export const anyMarkedMessage: fc.Arbitrary<Message> = fc
  .record({
    classification: fc.constantFrom(...classifications),
    tlp: fc.constantFrom(...tlps),
    handling: fc.uniqueArray(fc.constantFrom(...handlingCodes)),
    crimeAreas: fc.uniqueArray(fc.constantFrom(...areas)),
    excluded: fc.subarray(['post:CI', 'desk:cyber', 'partner:example-agency']),
    provenance: fc.option(
      fc.record({
        kind: fc.constantFrom('OWN_SERVICE' as const, 'PARTNER' as const, 'UNKNOWN' as const),
        partner: fc.constant('partner:example-agency'),
        thirdPartyRule: fc.boolean(),
        sourceToken: fc.constant('opaque'),
      }),
    ),
    attention: fc.option(fc.record({ positions: fc.subarray([...positions]), exclusive: fc.boolean() })),
  })
  .map(({ excluded, attention, ...fields }) =>
    aMessage({
      ...fields,
      recipients: { action: [{ correspondent: 'post:CI', attention }], information: [], excluded },
    }),
  );

/** Any grant. */
export const anyGrant: fc.Arbitrary<SubjectGrant> = fc.record({
  role: fc.constantFrom(...roles),
  position: fc.constantFrom(...positions),
  clearance: fc.constantFrom(...classifications),
  crimeAreas: fc.uniqueArray(fc.constantFrom(...areas)),
  mayExercise: fc.boolean(),
});

/** Any subject, forbidden combinations of roles included. */
export const anySubject: fc.Arbitrary<Subject> = fc.array(anyGrant, { maxLength: 3 }).map((grants) => ({
  kind: 'PERSON',
  id: 'person-1',
  correspondent: 'post:CI',
  grants,
  directoryRelease: 1,
}));

/** Any message as seen from a reader's correspondent. */
export const anyMessageResource: fc.Arbitrary<MessageResource> = fc.record({
  kind: fc.constant('message' as const),
  relation: fc.constantFrom<Relation[]>(...relations),
  excluded: fc.boolean(),
  thirdPartyRule: fc.boolean(),
  classification: fc.constantFrom(...classifications),
  tlp: fc.constantFrom(...tlps),
  handling: fc.uniqueArray(fc.constantFrom(...handlingCodes)),
  crimeAreas: fc.uniqueArray(fc.constantFrom(...areas)),
  attentionPositions: fc.option(fc.subarray([...positions])),
});
