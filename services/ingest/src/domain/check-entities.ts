import type { Entity, EntityType, MessageDraft, Relation } from '@chappe/schemas';
import { checkEvaluation } from './check-markings.ts';
import { type Finding, invalid } from './finding.ts';

/** The record of details that belongs to each type. */
const detailsOf = {
  PERSON: 'person',
  ORGANISATION: 'organisation',
  DOCUMENT: 'document',
  VEHICLE: 'vehicle',
  VESSEL: 'vessel',
  FIREARM: 'firearm',
  SUBSTANCE: 'substance',
  PHONE: 'phone',
  EMAIL: 'email',
  ONLINE: 'online',
  BANK_ACCOUNT: 'bankAccount',
  ADDRESS: 'address',
  EVENT: 'event',
  OBJECT: 'object',
} as const satisfies Record<Exclude<EntityType, 'UNKNOWN'>, keyof Entity>;

interface Described {
  readonly entities: readonly Entity[];
  readonly relations: readonly Relation[];
}

/** Entities have ids of their own and details of their own type; relations link two that are there. */
export function checkEntities(draft: MessageDraft): Finding[] {
  return describedBodies(draft).flatMap(([body, pointer]) => [
    ...body.entities.flatMap((entity, index) => checkEntity(body.entities, entity, index, pointer)),
    ...body.relations.flatMap((relation, index) =>
      checkRelation(body.entities, relation, `${pointer}/relations/${index}`),
    ),
  ]);
}

function describedBodies(draft: MessageDraft): (readonly [body: Described, pointer: string])[] {
  const { correction } = draft;
  return [
    [draft.lead, '/body'] as const,
    [draft.supplement, '/body'] as const,
    [draft.informationRequest, '/body'] as const,
    [draft.reply, '/body'] as const,
    [correction?.lead ?? null, '/body/lead'] as const,
    [correction?.supplement ?? null, '/body/supplement'] as const,
    [correction?.informationRequest ?? null, '/body/informationRequest'] as const,
    [correction?.reply ?? null, '/body/reply'] as const,
  ].flatMap(([body, pointer]) => (body === null ? [] : [[body, pointer] as const]));
}

function checkEntity(all: readonly Entity[], entity: Entity, index: number, pointer: string): Finding[] {
  const at = `${pointer}/entities/${index}`;
  const expected: string | undefined = entity.type === 'UNKNOWN' ? undefined : detailsOf[entity.type];
  const foreign = Object.values(detailsOf).filter((name) => entity[name] !== null && name !== expected);
  return [
    ...(all.findIndex((other) => other.entityId === entity.entityId) < index
      ? [invalid(`${at}/entityId`, 'is already used in this message')]
      : []),
    ...foreign.map((name) => invalid(`${at}/${name}`, 'are the details of another type')),
    ...checkEvaluation(entity.evaluation, `${at}/evaluation`),
  ];
}

function checkRelation(all: readonly Entity[], relation: Relation, pointer: string): Finding[] {
  const ends = (['from', 'to'] as const).filter(
    (end) => !all.some((entity) => entity.entityId === relation[end]),
  );
  return [
    ...ends.map((end) => invalid(`${pointer}/${end}`, 'names no entity of this message')),
    ...(relation.from === relation.to ? [invalid(`${pointer}/to`, 'links an entity to itself')] : []),
    ...checkEvaluation(relation.evaluation, `${pointer}/evaluation`),
  ];
}
