import {
  type AvroField,
  type AvroRecord,
  isOptionalInJson,
  largestLong,
  type Shape,
  shapeOf,
} from '../avro-model.ts';
import { kindFields, kindHeaderFields } from '../generated/kinds.ts';
import { type KnownKind, knownKinds } from '../message-body.ts';
import { type MessageShape, newestMessage, writtenMessage } from './message-shape.ts';

/** A JSON Schema (2020-12). */
export type JsonSchema = { readonly [keyword: string]: unknown };

type Definitions = Record<string, JsonSchema>;
type Mode = 'request' | 'projection';

const dialect = 'https://json-schema.org/draft/2020-12/schema';
// The form that the projection writes, with milliseconds optional; `format` alone would let offsets and leap seconds pass.
const timePattern = '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]{1,3})?Z$';

/** Builds the definitions of one mode: what clients may send, or what readers get. */
class SchemaWriter {
  readonly definitions: Definitions = {};
  readonly #message: MessageShape;
  readonly #mode: Mode;
  readonly #reference: string;

  constructor(message: MessageShape, mode: Mode, reference: string) {
    this.#message = message;
    this.#mode = mode;
    this.#reference = reference;
  }

  /** Properties and required names of the header, without `kind` and `body`. */
  header(): { properties: Definitions; required: string[] } {
    return this.#object(this.#message.header);
  }

  /** A reference to the body of a kind. */
  body(kind: KnownKind): JsonSchema {
    const field = this.#message.record.fields.find((candidate) => candidate.name === kindFields[kind]);
    if (field === undefined) throw new Error(`Message has no body for ${kind}`);
    return this.#schema({ ...shapeOf(field.type, this.#message.named), nullable: false }, field);
  }

  /** Defines the whole message of one kind and refers to it. */
  message(kind: KnownKind, header: { properties: Definitions; required: string[] }): JsonSchema {
    const required = new Set([...header.required, 'kind', 'body']);
    if (this.#mode === 'request') for (const name of kindHeaderFields[kind]) required.add(name);
    return this.#define(`${pascal(kind)}Message`, () => ({
      type: 'object',
      additionalProperties: false,
      required: [...required],
      properties: { ...header.properties, kind: { type: 'string', const: kind }, body: this.body(kind) },
    }));
  }

  #object(fields: readonly AvroField[]): { properties: Definitions; required: string[] } {
    const properties: Definitions = {};
    const required: string[] = [];
    for (const field of fields) {
      if (this.#mode === 'request' && field.chappe?.serverSet) continue;
      const shape = shapeOf(field.type, this.#message.named);
      properties[field.name] = this.#schema(shape, field);
      if (this.#isRequired(shape, field)) required.push(field.name);
    }
    return { properties, required };
  }

  // A client must give what has no default and what the schema asks for, save the thread: a message
  // that refers to nothing opens its own.
  #isRequired(shape: Shape, field: AvroField): boolean {
    if (this.#mode === 'projection') return !isOptionalInJson(shape, field);
    if (field.name === 'threadId') return false;
    const { required, minItems, requestDefault } = field.chappe ?? {};
    if (requestDefault !== undefined) return false;
    return field.default === undefined || required === true || (minItems ?? 0) > 0;
  }

  #schema(shape: Shape, field: AvroField): JsonSchema {
    const bare = this.#bare(shape, field);
    const fallback = this.#mode === 'request' ? field.chappe?.requestDefault : undefined;
    return {
      ...bare,
      ...(field.doc === undefined ? {} : { description: field.doc }),
      ...(fallback === undefined ? {} : { default: fallback }),
    };
  }

  #bare(shape: Shape, field: AvroField): JsonSchema {
    const { chappe: rules = {} } = field;
    switch (shape.is) {
      case 'record':
        return this.#record(shape.record);
      case 'enum': {
        const partial = this.#mode === 'request' && !rules.unknownAllowed;
        const symbols = partial
          ? shape.codes.symbols.filter((symbol) => symbol !== 'UNKNOWN')
          : shape.codes.symbols;
        const suffix = this.#mode === 'request' && rules.unknownAllowed ? 'OrUnknown' : '';
        return this.#define(shape.codes.name + suffix, () => ({
          type: 'string',
          enum: symbols,
        }));
      }
      case 'array':
        return {
          type: 'array',
          ...(rules.maxItems === undefined ? {} : { maxItems: rules.maxItems }),
          ...(this.#mode === 'request' && rules.minItems !== undefined ? { minItems: rules.minItems } : {}),
          ...(this.#mode === 'request' && shape.items.is === 'enum' ? { uniqueItems: true } : {}),
          items: this.#bare(shape.items, field),
        };
      case 'string':
        return this.#string(field);
      case 'boolean':
        return { type: 'boolean' };
      case 'double':
        return { type: 'number', ...bounds(field) };
      case 'int':
      case 'long':
        if (shape.timestamp)
          return { type: 'string', format: 'date-time', pattern: timePattern, maxLength: 24 };
        return { type: 'integer', ...bounds(field) };
      case 'null':
        return { type: 'null' };
    }
  }

  // What was withheld is empty in a variant, so only requests are held to minimum lengths and patterns.
  #string({ chappe: rules = {} }: AvroField): JsonSchema {
    const isRequest = this.#mode === 'request';
    return {
      type: 'string',
      ...(isRequest && rules.minLength !== undefined ? { minLength: rules.minLength } : {}),
      ...(rules.maxLength === undefined ? {} : { maxLength: rules.maxLength }),
      ...(isRequest && rules.pattern !== undefined ? { pattern: rules.pattern } : {}),
    };
  }

  #record(record: AvroRecord): JsonSchema {
    return this.#define(record.name, () => {
      const { properties, required } = this.#object(record.fields);
      // One of several optional bodies, beside what is always required: said as a number of properties,
      // because oneOf would answer with a complaint about each of them.
      const count = required.length + 1;
      const isChoice = this.#mode === 'request' && record.chappe?.exactlyOneOf !== undefined;
      return {
        type: 'object',
        additionalProperties: false,
        ...(required.length === 0 ? {} : { required }),
        properties,
        ...(isChoice ? { minProperties: count, maxProperties: count } : {}),
      };
    });
  }

  #define(name: string, make: () => JsonSchema): JsonSchema {
    if (!Object.hasOwn(this.definitions, name)) {
      this.definitions[name] = {};
      this.definitions[name] = make();
    }
    return { $ref: `${this.#reference}${name}` };
  }
}

const local = '#/$defs/';

// A release may know a kind before it writes it; until then no request may be of that kind.
function kindsOf(message: MessageShape): readonly KnownKind[] {
  const fields = new Set(message.record.fields.map((field) => field.name));
  return knownKinds.filter((kind) => fields.has(kindFields[kind]));
}

function wholeSchema($id: string, title: string, message: MessageShape, mode: Mode): JsonSchema {
  const writer = new SchemaWriter(message, mode, local);
  const header = writer.header();
  const kinds = kindsOf(message);
  const oneOf = kinds.map((kind) => writer.message(kind, header));
  return {
    $schema: dialect,
    $id,
    title,
    type: 'object',
    required: ['kind'],
    properties: { kind: { type: 'string', enum: kinds } },
    discriminator: { propertyName: 'kind' },
    oneOf,
    $defs: writer.definitions,
  };
}

/** JSON Schema of the body of `POST /v1/messages`. Compile it with ajv's `discriminator: true`: errors are then those of the kind sent. */
export const messageRequestSchema: JsonSchema = wholeSchema(
  'MessageRequest',
  'A message to send',
  writtenMessage,
  'request',
);

/** JSON Schema of a message as readers get it. */
export const messageSchema: JsonSchema = wholeSchema('Message', 'A message', newestMessage, 'projection');

/** JSON Schema of a request's header alone; its body is any object, to be checked with bodySchemas. */
export const headerSchema: JsonSchema = makeHeaderSchema();

/** JSON Schema of a request's body, per kind. */
export const bodySchemas: Readonly<Record<KnownKind, JsonSchema>> = makeBodySchemas();

/** The schemas of requests and messages as components of an OpenAPI 3.1 document. */
export function openApiComponents(): Record<string, JsonSchema> {
  const components: Record<string, JsonSchema> = {};
  for (const [suffix, whole, message, mode] of [
    ['Request', 'MessageRequest', writtenMessage, 'request'],
    ['', 'Message', newestMessage, 'projection'],
  ] as const) {
    const prefix = '#/components/schemas/';
    const writer = new SchemaWriter(message, mode, prefix);
    const header = writer.header();
    const kinds = kindsOf(message);
    const oneOf = kinds.map((kind) => writer.message(kind, header));
    const mapping = Object.fromEntries(kinds.map((kind, index) => [kind, oneOf[index]?.$ref]));
    const definitions: Record<string, JsonSchema> = {
      ...writer.definitions,
      [whole]: { oneOf, discriminator: { propertyName: 'kind', mapping } },
    };
    for (const [name, schema] of Object.entries(definitions)) {
      components[name === whole ? name : name + suffix] = renameReferences(schema, prefix, suffix);
    }
  }
  return components;
}

function makeHeaderSchema(): JsonSchema {
  const writer = new SchemaWriter(writtenMessage, 'request', local);
  const { properties, required } = writer.header();
  return {
    $schema: dialect,
    $id: 'MessageRequestHeader',
    title: 'The header of a message to send',
    type: 'object',
    additionalProperties: false,
    required: [...required, 'kind', 'body'],
    properties: {
      ...properties,
      kind: { type: 'string', enum: kindsOf(writtenMessage) },
      body: { type: 'object' },
    },
    $defs: writer.definitions,
  };
}

function makeBodySchemas(): Record<KnownKind, JsonSchema> {
  const writable = kindsOf(writtenMessage);
  const entries = knownKinds.map((kind): [KnownKind, JsonSchema] => {
    if (!writable.includes(kind)) return [kind, { $schema: dialect, $id: `${pascal(kind)}Body`, not: {} }];
    const writer = new SchemaWriter(writtenMessage, 'request', local);
    const { $ref } = writer.body(kind);
    return [kind, { $schema: dialect, $id: `${pascal(kind)}Body`, $ref, $defs: writer.definitions }];
  });
  return Object.fromEntries(entries) as Record<KnownKind, JsonSchema>;
}

function renameReferences(schema: JsonSchema, prefix: string, suffix: string): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(prefix) ? value + suffix : value,
  );
}

function bounds({ chappe: rules = {} }: AvroField): JsonSchema {
  return {
    ...(rules.min === undefined ? {} : { minimum: rules.min }),
    ...(rules.max === undefined ? {} : { maximum: Math.min(rules.max, largestLong) }),
  };
}

function pascal(kind: KnownKind): string {
  return kind
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
