import { type Entity, kindFields, type Message, type Relation } from '@chappe/schemas';

/** The entities of one body, with the relations between them. */
export interface EntityList {
  /** The path of the body: `lead`, or `correction.lead`. */
  readonly body: string;
  readonly entities: readonly Entity[];
  readonly relations: readonly Relation[];
}

/** Every list of entities of a message, that of the body which a correction brings included. */
export function entityListsOf(message: Message): readonly EntityList[] {
  return Object.values(kindFields).flatMap((field) => listsIn(message[field], field));
}

function listsIn(body: object | null, path: string): EntityList[] {
  if (body === null) return [];
  if (namesEntities(body)) return [{ body: path, entities: body.entities, relations: body.relations }];
  return Object.entries(body).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? listsIn(inner, `${path}.${name}`)
      : [],
  );
}

function namesEntities(
  body: object,
): body is { readonly entities: readonly Entity[]; readonly relations: readonly Relation[] } {
  return 'entities' in body && 'relations' in body;
}
