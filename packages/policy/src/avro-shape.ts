/** A field as an Avro schema declares it: its empty value, and the fields of what it holds. */
export interface AvroField {
  empty(): unknown;
  /** The empty value of one item, where the field is a list. */
  emptyItem(): unknown;
  fields(): ReadonlyMap<string, AvroField>;
  /** Whether people write words into it, or into the items of it: a text without a form of its own. */
  readonly freeText: boolean;
}

/** The fields of a record, found by name. */
export interface AvroShape {
  readonly root: ReadonlyMap<string, AvroField>;
}

const noFields: ReadonlyMap<string, AvroField> = new Map();
const numbers: readonly unknown[] = ['int', 'long', 'float', 'double'];

/**
 * Reads a self-contained Avro schema so that values can be emptied by type: null where null is allowed,
 * then the empty list, the enum's default, the empty text, zero, false, or a record of such.
 */
export function createAvroShape(schema: unknown): AvroShape {
  const named = new Map<string, Node>();
  collectNamed(schema, named);
  return { root: fieldsOf(schema, named) };
}

type Node = Readonly<Record<string, unknown>>;

function fieldsOf(type: unknown, named: ReadonlyMap<string, Node>): ReadonlyMap<string, AvroField> {
  const node = nodeOf(type, named);
  if (node === undefined) return noFields;
  if (node.type === 'array') return fieldsOf(node.items, named);
  if (node.type !== 'record' || !Array.isArray(node.fields)) return noFields;
  return new Map(
    node.fields.filter(isNode).map((field): [string, AvroField] => {
      const cached: { inner?: ReadonlyMap<string, AvroField> } = {};
      return [
        String(field.name),
        {
          empty: () => emptyOf(field.type, named),
          emptyItem: () => emptyOf(nodeOf(field.type, named)?.items, named),
          freeText: isFreeText(field, named),
          fields: () => {
            cached.inner ??= fieldsOf(field.type, named);
            return cached.inner;
          },
        },
      ];
    }),
  );
}

/** Ids, codes and dates have a pattern, and what the server sets is no writer's. */
function isFreeText(field: Node, named: ReadonlyMap<string, Node>): boolean {
  const rules = isNode(field.chappe) ? field.chappe : {};
  if (rules.pattern !== undefined || rules.serverSet === true) return false;
  const held = nodeOf(field.type, named)?.items ?? field.type;
  return held === 'string' || (Array.isArray(held) && held.includes('string'));
}

function emptyOf(type: unknown, named: ReadonlyMap<string, Node>): unknown {
  if (Array.isArray(type)) return type.includes('null') ? null : emptyOf(type[0], named);
  const node = nodeOf(type, named);
  const kind = node?.type ?? type;
  if (kind === 'array') return [];
  if (kind === 'map') return {};
  if (kind === 'enum') return node?.default;
  if (kind === 'record') {
    return Object.fromEntries([...fieldsOf(type, named)].map(([name, field]) => [name, field.empty()]));
  }
  if (kind === 'boolean') return false;
  return numbers.includes(kind) ? 0 : '';
}

/** The record, enum or list that a type stands for; of a union its first branch that is not null. */
function nodeOf(type: unknown, named: ReadonlyMap<string, Node>): Node | undefined {
  if (Array.isArray(type))
    return nodeOf(
      type.find((branch) => branch !== 'null'),
      named,
    );
  if (typeof type === 'string') return named.get(type) ?? named.get(type.split('.').at(-1) ?? type);
  if (!isNode(type)) return undefined;
  return isNode(type.type) ? nodeOf(type.type, named) : type;
}

function collectNamed(type: unknown, named: Map<string, Node>): void {
  if (Array.isArray(type)) {
    for (const branch of type) collectNamed(branch, named);
  } else if (isNode(type)) {
    if (typeof type.name === 'string' && (type.type === 'record' || type.type === 'enum')) {
      named.set(type.name.split('.').at(-1) ?? type.name, type);
    }
    for (const part of [type.type, type.items, type.fields]) collectNamed(part, named);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
