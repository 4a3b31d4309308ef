import type { Entity, Message, PersonDetails, Relation } from '@chappe/schemas';
import { describe, expect, it } from 'vitest';
import { aMessage } from './blank-message.fixture.ts';
import { anEntity, aPerson, aRelation } from './entities.fixture.ts';
import { isMinor, protectedEntitiesOf } from './protected-persons.ts';
import { withheldForPersons } from './withhold.ts';

const leadOn = (entities: Entity[], relations: Relation[] = [], more: Partial<Message> = {}): Message =>
  aMessage({
    receivedAt: Date.UTC(2026, 4, 4),
    lead: { text: 'x', title: null, summary: null, callback: null, entities, relations },
    ...more,
  });
const found = (message: Message): string[] =>
  protectedEntitiesOf(message).map(({ code, path }) => `${path} ${code}`);

describe('protected persons', () => {
  it.each<[PersonDetails['category'], string | null]>([
    ['SUSPECT', null],
    ['CONVICTED', null],
    ['CONTACT', null],
    ['VICTIM', 'variant.protected-person'],
    ['WITNESS', 'variant.protected-person'],
    ['INFORMANT', 'variant.source-person'],
    ['UNKNOWN', 'variant.source-person'],
  ])('of category %s: %s', (category, code) => {
    const message = leadOn([aPerson('e1', { category })]);
    expect(found(message)).toEqual(code === null ? [] : [`lead.entities[0] ${code}`]);
  });

  it('are minors, whatever their category, and whoever is of a type that this release does not know', () => {
    const minor = aPerson('e1', { category: 'SUSPECT', minor: true });
    expect(found(leadOn([minor]))).toEqual(['lead.entities[0] variant.protected-person']);
    expect(found(leadOn([anEntity('e1', 'UNKNOWN')]))).toEqual(['lead.entities[0] variant.source-person']);
    expect(found(leadOn([anEntity('e1', 'PERSON')]))).toEqual(['lead.entities[0] variant.source-person']);
  });

  it.each<[string | null, boolean | null, boolean]>([
    [null, null, false],
    [null, true, true],
    ['1984', true, true],
    ['2008', null, true],
    ['2007', false, false],
    ['2008-05', false, true],
    ['2008-04', null, false],
    ['2008-05-04', null, false],
    ['2008-05-05', null, true],
  ])('born %s, said to be a minor: %s, on 4 May 2026: %s', (birthDate, minor, expected) => {
    expect(isMinor({ birthDate, minor }, Date.UTC(2026, 4, 4))).toBe(expected);
  });

  it('take with them what identifies them, and who is said to be the same', () => {
    const message = leadOn(
      [
        aPerson('witness', { category: 'WITNESS' }),
        anEntity('phone', 'PHONE'),
        aPerson('same', { category: 'SUSPECT' }),
        anEntity('van', 'VEHICLE'),
        aPerson('other', { category: 'SUSPECT' }),
        anEntity('house', 'ADDRESS'),
      ],
      [
        aRelation('witness', 'phone', 'USES'),
        aRelation('same', 'witness', 'SAME_AS'),
        aRelation('same', 'van', 'DRIVES'),
        aRelation('other', 'van', 'OWNS'),
        aRelation('witness', 'house', 'SUPPLIES'),
      ],
    );
    expect(found(message).map((each) => each.split(' ')[0])).toEqual(
      [0, 1, 2, 3].map((place) => `lead.entities[${place}]`),
    );
  });

  it('are found in what a correction brings, and in every kind that names entities', () => {
    const entities = [aPerson('e1', { category: 'VICTIM' })];
    const supplement = { text: 'x', entities, relations: [] };
    expect(found(leadOn([], [], { kind: 'SUPPLEMENT', lead: null, supplement }))).toEqual([
      'supplement.entities[0] variant.protected-person',
    ]);
    const none = { informationRequest: null, reply: null, dispatch: null, disclosure: null, closure: null };
    const correction = { reason: 'x', lead: null, supplement, ...none };
    expect(found(leadOn([], [], { kind: 'CORRECTION', lead: null, correction }))).toEqual([
      'correction.supplement.entities[0] variant.protected-person',
    ]);
  });
});

describe('what is withheld for them', () => {
  const informed = { place: 'DESK', relation: 'INFORMATION', origin: 'RULE' } as const;
  const paths = (message: Message): string[] =>
    withheldForPersons(message, informed).map(({ path, code }) => `${path} ${code}`);

  it('is their identity, each text that names them, and attachments', () => {
    const victim = aPerson('e1', { category: 'VICTIM', familyName: 'Exempelová', aliases: ['the Captain'] });
    const message = leadOn([{ ...victim, label: 'the girl' }], [], {
      keywords: ['quay', 'exempelova'],
      places: [
        { country: null, name: 'House of THE captain!', latitude: null, longitude: null, radiusMetres: null },
      ],
      attachments: [
        { uploader: 'post:DJ', sha256: '0', fileName: 'a.png', mediaType: 'image/png', sizeBytes: 1 },
      ],
    });
    expect(paths(message)).toEqual([
      'lead.entities[0].person variant.protected-person',
      'places[0].name variant.tells-of-withheld',
      'keywords[1] variant.tells-of-withheld',
      'attachments variant.attachment-may-tell',
    ]);
  });

  it('is nothing where nobody is protected, whatever the texts say', () => {
    const message = leadOn([aPerson('e1', { category: 'SUSPECT', familyName: 'Exempel' })], [], {
      keywords: ['Exempel'],
    });
    expect(paths(message)).toEqual([]);
  });

  it('is whole lists where single parts would be more than a decision can name', () => {
    const many = Array.from({ length: 150 }, (_, place) => aPerson(`e${place}`, { category: 'VICTIM' }));
    expect([...new Set(paths(leadOn(many)))]).toEqual(['lead.entities variant.protected-person']);
  });
});
