/** The part of Avro that Chappe uses: records, enums, arrays, nullable types and a few primitives. */

/** Bounds and roles of a field, kept beside its Avro type under the attribute `chappe`. */
export interface FieldRules {
  /** Unicode code points of a string, or of each string of an array. */
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly maxItems?: number;
  readonly minItems?: number;
  /** ECMAScript expression that every non-empty string must match. */
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
  /** Only the server sets it; a client that sends it is refused. */
  readonly serverSet?: boolean;
  /** A request must carry it, although Avro has a default. */
  readonly required?: boolean;
  /** UNKNOWN is an answer here, not only the symbol of a newer release. */
  readonly unknownAllowed?: boolean;
  /** What an absent field of a request means. */
  readonly requestDefault?: string;
}

/** Roles of a record: body of a kind, and what its message must also carry. */
export interface RecordRules {
  readonly kind?: string;
  readonly requiresHeader?: readonly string[];
  readonly exactlyOneOf?: readonly string[];
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly default?: unknown;
  readonly doc?: string;
  readonly chappe?: FieldRules;
}

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly chappe?: RecordRules;
  readonly fields: readonly AvroField[];
}

export interface AvroEnum {
  readonly type: 'enum';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly default?: string;
  readonly symbols: readonly string[];
}

export interface AvroArray {
  readonly type: 'array';
  readonly items: AvroType;
}

export interface AvroLogical {
  readonly type: 'long';
  readonly logicalType: 'timestamp-millis';
}

/** A type as it stands in a schema; a string is a primitive or the name of a record or enum. */
export type AvroType = string | AvroRecord | AvroEnum | AvroArray | AvroLogical | readonly AvroType[];

export type AvroNamed = AvroRecord | AvroEnum;

export const primitives = ['null', 'boolean', 'int', 'long', 'double', 'string'] as const;

export type Primitive = (typeof primitives)[number];

/** Whether a type written as a string is a primitive rather than a name. */
export function isPrimitive(type: string): type is Primitive {
  return (primitives as readonly string[]).includes(type);
}

/** The largest long in use: avsc neither writes nor reads 2^53 - 1. */
export const largestLong = Number.MAX_SAFE_INTEGER - 1;

/** A type with names resolved and the nullable union taken apart. */
export type Shape =
  | { readonly is: Primitive; readonly nullable: boolean; readonly timestamp: boolean }
  | { readonly is: 'record'; readonly nullable: boolean; readonly record: AvroRecord }
  | { readonly is: 'enum'; readonly nullable: boolean; readonly codes: AvroEnum }
  | { readonly is: 'array'; readonly nullable: boolean; readonly items: Shape };

/** Looks a type up, and refuses what Chappe's schemas never use (maps, bytes, unions other than nullable ones). */
export function shapeOf(type: AvroType, named: ReadonlyMap<string, AvroNamed>): Shape {
  if (typeof type === 'string') {
    if (isPrimitive(type)) return { is: type, nullable: false, timestamp: false };
    const definition = named.get(type);
    if (definition === undefined) throw new Error(`unknown Avro type ${type}`);
    return shapeOf(definition, named);
  }
  if (isUnion(type)) {
    const [first, second, ...others] = type;
    if (first !== 'null' || second === undefined || others.length > 0) {
      throw new Error('the only unions allowed are ["null", type]');
    }
    return { ...shapeOf(second, named), nullable: true };
  }
  switch (type.type) {
    case 'record':
      return { is: 'record', nullable: false, record: type };
    case 'enum':
      return { is: 'enum', nullable: false, codes: type };
    case 'array':
      return { is: 'array', nullable: false, items: shapeOf(type.items, named) };
    case 'long':
      return { is: 'long', nullable: false, timestamp: true };
    default:
      throw new Error(`Avro type not in use here: ${JSON.stringify(type)}`);
  }
}

/** `Array.isArray` does not narrow readonly arrays. */
export function isUnion(type: AvroType): type is readonly AvroType[] {
  return Array.isArray(type);
}

/** Every record and enum defined inside a self-contained schema, by name. */
export function namedTypesOf(root: AvroType): Map<string, AvroNamed> {
  const found = new Map<string, AvroNamed>();
  const visit = (type: AvroType): void => {
    if (typeof type === 'string') return;
    if (isUnion(type)) {
      type.forEach(visit);
      return;
    }
    if (type.type === 'array') visit(type.items);
    if (type.type === 'enum') found.set(type.name, type);
    if (type.type === 'record') {
      found.set(type.name, type);
      for (const field of type.fields) visit(field.type);
    }
  };
  visit(root);
  return found;
}

/** Whether a field may be absent in JSON: what is null, empty, or has a default that says nothing. */
export function isOptionalInJson(shape: Shape, field: AvroField): boolean {
  if (shape.nullable || shape.is === 'array') return true;
  const { required, requestDefault, serverSet } = field.chappe ?? {};
  return field.default !== undefined && !required && !serverSet && requestDefault === undefined;
}
