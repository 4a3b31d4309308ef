import type {
  Correction,
  Entity,
  EntityType,
  Lead,
  Message,
  PersonCategory,
  Relation,
  RelationType,
  Tlp,
} from '@chappe/schemas';
import fc from 'fast-check';
import { aMessage } from './blank-message.fixture.ts';
import { anEntity, aPerson, aRelation } from './entities.fixture.ts';

/** A person of a told message: who it is, and by what it is named. */
export interface ToldPerson {
  readonly category: PersonCategory;
  readonly minor: boolean | null;
  readonly birthDate: string | null;
}

/** A thing of a told message, and how it is linked with which person; -1 with nobody. */
export interface ToldThing {
  readonly type: Extract<EntityType, 'PHONE' | 'VEHICLE' | 'ADDRESS' | 'UNKNOWN'>;
  readonly relation: RelationType;
  readonly person: number;
}

/** What a test says of a message, from which the message and what a reader may find in it both follow. */
export interface Told {
  readonly body: 'lead' | 'correction';
  readonly persons: readonly ToldPerson[];
  readonly things: readonly ToldThing[];
  /** Persons said to be one. */
  readonly same: readonly (readonly [number, number])[];
  /** Which text names which person, or from 10 on which thing; where it names nobody, it is absent. */
  readonly mentions: Readonly<Partial<Record<Slot, number>>>;
  readonly classification: Message['classification'];
  readonly tlp: Tlp | null;
  readonly handling: Message['handling'];
  readonly provenance: {
    readonly kind: 'OWN_SERVICE' | 'PARTNER' | 'UNKNOWN';
    readonly rule: boolean;
  } | null;
  readonly tearline: { readonly form: 'ORAL' | 'WRITTEN' | 'UNKNOWN'; readonly to: readonly string[] } | null;
  readonly excluded: readonly string[];
  readonly exclusive: readonly string[];
}

/** The texts in which a person may be named. */
export const slots = [
  'title',
  'summary',
  'text',
  'keyword',
  'translation',
  'place',
  'externalRef',
  'handlingNote',
  'label',
  'remark',
] as const;

/** A text in which a person may be named. */
export type Slot = (typeof slots)[number];

/** When told messages are received. */
export const receivedAt = Date.UTC(2026, 4, 4);

/** A word that stands in one place of a message and nowhere else, unless it is a name. */
export const mark = (place: string): string => `Mark${place.replaceAll(/[^A-Za-z0-9]/g, '')}Q`;
/** The words that identify a person. */
export const nameOf = (person: number): string => `Nameson${'abcdefgh'[person]}`;
/** The word that identifies a thing. */
export const numberOf = (thing: number): string => `TH${thing}90${thing}71`;

/** The message that a spec tells of; each text holds its mark and, where the spec says so, a name. */
export function tell(told: Told): Message {
  const said = (slot: Slot): string => {
    const named = told.mentions[slot] ?? -1;
    if (told.persons[named] !== undefined) return `${mark(slot)}: ${nameOf(named).toUpperCase()}, seen`;
    if (told.things[named - 10] === undefined) return mark(slot);
    return `${mark(slot)} with ${numberOf(named - 10).replace('90', ' 90-')}`;
  };
  const lead: Lead = {
    text: said('text'),
    title: said('title'),
    summary: said('summary'),
    callback: mark('callback'),
    entities: [...told.persons.map(personEntity), ...told.things.map(thingEntity)].map((entity, place) =>
      place === 0 ? { ...entity, label: said('label') } : entity,
    ),
    relations: relationsOf(told, said('remark')),
  };
  return aMessage({
    messageId: mark('messageId'),
    reference: mark('reference'),
    requestDigest: mark('requestDigest'),
    threadId: mark('threadId'),
    receivedAt,
    submissionId: mark('submissionId'),
    actor: mark('actor'),
    drafter: mark('drafter'),
    releasedBy: mark('releasedBy'),
    senderSignature: mark('senderSignature'),
    senderStream: mark('senderStream'),
    traceId: mark('traceId'),
    sender: { correspondent: 'post:DJ', unit: mark('unit'), position: mark('position') },
    kind: told.body === 'lead' ? 'LEAD' : 'CORRECTION',
    lead: told.body === 'lead' ? lead : null,
    correction: told.body === 'lead' ? null : correctionOf(lead),
    keywords: [mark('otherKeyword'), said('keyword')],
    translations: [{ language: 'fr', text: said('translation'), machine: false }],
    places: [{ country: 'DJ', name: said('place'), latitude: null, longitude: null, radiusMetres: null }],
    externalRefs: [{ system: 'invented', value: said('externalRef'), owner: null }],
    handlingNote: said('handlingNote'),
    attachments: [
      {
        uploader: 'post:DJ',
        sha256: '0',
        fileName: mark('attachment'),
        mediaType: 'image/png',
        sizeBytes: 1,
      },
    ],
    evaluation: { scheme: 'EUROPOL_4X4', source: 'B', information: '2' },
    classification: told.classification,
    tlp: told.tlp,
    handling: told.handling,
    provenance:
      told.provenance === null
        ? null
        : {
            kind: told.provenance.kind,
            partner: mark('partner'),
            thirdPartyRule: told.provenance.rule,
            sourceToken: mark('sourceToken'),
          },
    tearline:
      told.tearline === null
        ? null
        : {
            text: `${mark('tearline')} ${nameOf(0)}`,
            language: 'en',
            releasableTo: [...told.tearline.to, mark('releasableTo')],
            form: told.tearline.form,
          },
    recipients: {
      action: told.exclusive.map((correspondent) => ({
        correspondent,
        attention: { positions: [mark('attention')], exclusive: true },
      })),
      information: [{ correspondent: mark('information'), attention: null }],
      excluded: [...told.excluded, mark('excluded')],
    },
  });
}

function personEntity(person: ToldPerson, place: number): Entity {
  const told = {
    ...person,
    familyName: nameOf(place),
    birthPlace: mark(`birthPlace${place}`),
    description: mark(`description${place}`),
  };
  return { ...aPerson(`p${place}`, told), remarks: mark(`remarks${place}`) };
}

function thingEntity({ type }: ToldThing, place: number): Entity {
  const identifier = { type: 'OTHER' as const, value: numberOf(place), normalised: null, country: null };
  return anEntity(`t${place}`, type, { identifiers: [identifier], remarks: mark(`thing${place}`) });
}

function relationsOf({ things, same, persons }: Told, remarks: string): Relation[] {
  const links = [
    ...things.flatMap(({ relation, person }, place) =>
      persons[person] === undefined ? [] : [aRelation(`p${person}`, `t${place}`, relation)],
    ),
    ...same
      .filter((pair) => pair.every((person) => persons[person] !== undefined))
      .map(([a, b]) => aRelation(`p${a}`, `p${b}`, 'SAME_AS')),
  ];
  return links.map((each, place) => (place === 0 ? { ...each, remarks } : each));
}

function correctionOf(lead: Lead): Correction {
  return {
    reason: mark('reason'),
    lead,
    supplement: null,
    informationRequest: null,
    reply: null,
    dispatch: null,
    disclosure: null,
    closure: null,
  };
}

/** Correspondents to whom a tear line may be told. */
const correspondents = ['post:CI', 'desk:cyber', 'partner:example-agency'] as const;

/** Any spec. */
export const anyTold: fc.Arbitrary<Told> = fc.record({
  body: fc.constantFrom('lead', 'correction'),
  persons: fc.array(
    fc.record({
      category: fc.constantFrom<PersonCategory[]>(
        'UNKNOWN',
        'SUSPECT',
        'CONVICTED',
        'VICTIM',
        'WITNESS',
        'CONTACT',
        'INFORMANT',
      ),
      minor: fc.constantFrom(null, true, false),
      birthDate: fc.constantFrom(null, '1984', '2008', '2008-05', '2008-05-04', '2008-05-05', '2015-01'),
    }),
    { maxLength: 3 },
  ),
  things: fc.array(
    fc.record({
      type: fc.constantFrom<ToldThing['type'][]>('PHONE', 'VEHICLE', 'ADDRESS', 'UNKNOWN'),
      relation: fc.constantFrom<RelationType[]>(
        'USES',
        'OWNS',
        'LOCATED_AT',
        'UNKNOWN',
        'CALLED',
        'SUPPLIES',
      ),
      person: fc.integer({ min: -1, max: 2 }),
    }),
    { maxLength: 2 },
  ),
  same: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })), { maxLength: 2 }),
  mentions: fc.dictionary(fc.constantFrom(...slots), fc.constantFrom(0, 1, 2, 10, 11), { maxKeys: 4 }),
  classification: fc.constantFrom('NOT_PROTECTED', 'RESTRICTED', 'SECRET', 'UNKNOWN'),
  tlp: fc.constantFrom(null, 'CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED', 'UNKNOWN'),
  handling: fc.uniqueArray(fc.constantFrom('H0', 'H1', 'H2', 'H3', 'UNKNOWN'), { maxLength: 2 }),
  provenance: fc.option(
    fc.record({ kind: fc.constantFrom('OWN_SERVICE', 'PARTNER', 'UNKNOWN'), rule: fc.boolean() }),
  ),
  tearline: fc.option(
    fc.record({ form: fc.constantFrom('ORAL', 'WRITTEN', 'UNKNOWN'), to: fc.subarray([...correspondents]) }),
  ),
  excluded: fc.subarray(['post:CI'], { maxLength: 1 }),
  exclusive: fc.subarray(['post:CI', 'partner:example-agency'], { maxLength: 1 }),
});
