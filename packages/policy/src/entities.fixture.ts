import type { Entity, EntityType, PersonDetails, Relation } from '@chappe/schemas';

/** An entity of which nothing is said. */
export function anEntity(entityId: string, type: EntityType, said: Partial<Entity> = {}): Entity {
  return {
    entityId,
    type,
    label: null,
    identifiers: [],
    person: null,
    organisation: null,
    document: null,
    vehicle: null,
    vessel: null,
    firearm: null,
    substance: null,
    phone: null,
    email: null,
    online: null,
    bankAccount: null,
    address: null,
    event: null,
    object: null,
    evaluation: null,
    remarks: null,
    ...said,
  };
}

/** A person, a suspect unless a test says otherwise. */
export function aPerson(entityId: string, details: Partial<PersonDetails> = {}): Entity {
  const person: PersonDetails = {
    category: 'SUSPECT',
    minor: null,
    basis: 'FACT',
    familyName: null,
    givenNames: null,
    aliases: [],
    birthDate: null,
    birthPlace: null,
    nationalities: [],
    sex: 'UNKNOWN',
    description: null,
    ...details,
  };
  return anEntity(entityId, 'PERSON', { person });
}

/** A relation of which nothing more is said. */
export function aRelation(
  from: string,
  to: string,
  type: Relation['type'],
  remarks: string | null = null,
): Relation {
  return { from, to, type, basis: 'FACT', evaluation: null, remarks };
}
