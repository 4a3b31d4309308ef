import type { Entity, Message, PersonDetails, Relation } from '@chappe/schemas';
import { type EntityList, entityListsOf } from './entity-lists.ts';
import type { StepCode } from './steps.ts';

/** An entity whose identity not every recipient may know: a person, or what identifies one. */
export interface ProtectedEntity {
  readonly code: Extract<StepCode, 'variant.protected-person' | 'variant.source-person'>;
  /** `lead.entities[3]`. */
  readonly path: string;
  readonly entity: Entity;
}

/** Links through which a thing identifies a person; a type unknown to this release counts as one. */
const identifying: readonly string[] = ['USES', 'OWNS', 'DRIVES', 'LOCATED_AT', 'UNKNOWN'];
/** Links that say of two entities that they are one. */
const sameness: readonly string[] = ['SAME_AS', 'KNOWN_AS'];
const unprotected: readonly string[] = ['SUSPECT', 'CONVICTED', 'CONTACT'];

/**
 * The persons of a message whom Directive (EU) 2016/680, article 6, sets apart, and what identifies them:
 * victims, witnesses and minors; informants, and persons of whom nobody has said what they are. An entity of a
 * type that this release does not know may be such a person.
 */
export function protectedEntitiesOf(message: Message): readonly ProtectedEntity[] {
  return entityListsOf(message).flatMap((list) => {
    const codes = new Map<string, ProtectedEntity['code']>();
    // The stronger protection last, so that it stands where both apply.
    for (const code of ['variant.protected-person', 'variant.source-person'] as const) {
      const persons = list.entities.filter((entity) => protectionOf(entity, message.receivedAt) === code);
      for (const entityId of identifiedWith(persons, list)) codes.set(entityId, code);
    }
    return list.entities.flatMap((entity, place): ProtectedEntity[] => {
      const code = codes.get(entity.entityId);
      return code === undefined ? [] : [{ code, path: `${list.body}.entities[${place}]`, entity }];
    });
  });
}

function protectionOf(entity: Entity, receivedAtMs: number): ProtectedEntity['code'] | null {
  if (entity.type !== 'PERSON' && entity.type !== 'UNKNOWN' && entity.person === null) return null;
  const category = entity.person?.category ?? 'UNKNOWN';
  if (category === 'VICTIM' || category === 'WITNESS') return 'variant.protected-person';
  if (!unprotected.includes(category)) return 'variant.source-person';
  return entity.person !== null && isMinor(entity.person, receivedAtMs) ? 'variant.protected-person' : null;
}

/**
 * Under eighteen when the message was received: as its writer says, or as the date of birth shows. Where only
 * the year or the month is known, the latest day of it counts.
 */
export function isMinor(
  { minor, birthDate }: Pick<PersonDetails, 'minor' | 'birthDate'>,
  receivedAtMs: number,
): boolean {
  if (minor === true) return true;
  const [year, month = '12', day = '31'] = birthDate?.split('-') ?? [];
  if (year === undefined || year === '') return false;
  return Date.UTC(Number(year) + 18, Number(month) - 1, Number(day)) > receivedAtMs;
}

function identifiedWith(
  persons: readonly Entity[],
  { entities, relations }: EntityList,
): ReadonlySet<string> {
  const found = new Set(persons.map(({ entityId }) => entityId));
  // A set is walked in the order of adding, so whatever is added on the way is walked too.
  for (const entityId of found) for (const other of linked(entityId, relations, sameness)) found.add(other);
  const people = new Set(
    entities.filter((entity) => entity.type === 'PERSON').map(({ entityId }) => entityId),
  );
  for (const entityId of [...found]) {
    for (const other of linked(entityId, relations, identifying)) if (!people.has(other)) found.add(other);
  }
  return found;
}

function linked(entityId: string, relations: readonly Relation[], types: readonly string[]): string[] {
  return relations
    .filter(({ type }) => types.includes(type))
    .flatMap(({ from, to }) => (from === entityId ? [to] : to === entityId ? [from] : []));
}
