import {
  type AvroField,
  type AvroNamed,
  type AvroRecord,
  isOptionalInJson,
  type Shape,
  shapeOf,
} from '../avro-model.ts';
import { bodiesOf } from './generate-types.ts';

/** What is wrong with the sources by themselves, before any comparison with older versions. */
export function sourceProblems(sources: ReadonlyMap<string, AvroNamed>): string[] {
  const problems: string[] = [];
  for (const definition of sources.values()) {
    if (definition.doc === undefined) problems.push(`${definition.name}: has no doc`);
    if (definition.type === 'enum') {
      if (definition.default !== 'UNKNOWN' || definition.symbols[0] !== 'UNKNOWN') {
        problems.push(`${definition.name}: an enum starts with UNKNOWN and has it as its default`);
      }
    } else {
      problems.push(...choiceProblems(definition, sources));
      for (const field of definition.fields) problems.push(...fieldProblems(definition, field, sources));
    }
  }
  return problems.length > 0 ? problems : kindProblems(sources);
}

function fieldProblems(
  record: AvroRecord,
  field: AvroField,
  sources: ReadonlyMap<string, AvroNamed>,
): string[] {
  const at = `${record.name}.${field.name}`;
  let shape: Shape;
  try {
    shape = shapeOf(field.type, sources);
  } catch (error) {
    return [`${at}: ${error instanceof Error ? error.message : String(error)}`];
  }
  const problems: string[] = [];
  if (field.doc === undefined) problems.push(`${at}: has no doc`);
  if (shape.nullable && field.default !== null) problems.push(`${at}: a nullable field has the default null`);
  const { chappe: rules = {} } = field;
  let inner = shape;
  if (inner.is === 'array') {
    if (rules.maxItems === undefined) problems.push(`${at}: an array needs maxItems`);
    if (field.default === undefined) problems.push(`${at}: an array has the default []`);
    inner = inner.items;
  }
  if (inner.is === 'array' || (shape.is === 'array' && inner.nullable)) {
    problems.push(`${at}: items are neither arrays nor nullable`);
  }
  if (inner.is === 'string' && rules.maxLength === undefined)
    problems.push(`${at}: a string needs maxLength`);
  if (rules.pattern !== undefined) new RegExp(rules.pattern, 'u');
  return problems;
}

/** The JSON Schema counts the properties of a choice, so nothing else in its record may be optional. */
function choiceProblems(record: AvroRecord, sources: ReadonlyMap<string, AvroNamed>): string[] {
  const choices = record.chappe?.exactlyOneOf;
  if (choices === undefined) return [];
  const optional = record.fields
    .filter((field) => isOptionalInJson(shapeOf(field.type, sources), field))
    .map((field) => field.name);
  return optional.join() === choices.join()
    ? []
    : [`${record.name}: exactlyOneOf must name its optional fields`];
}

/** Every kind has its body and every body its kind. */
function kindProblems(sources: ReadonlyMap<string, AvroNamed>): string[] {
  const kinds = sources.get('Kind');
  const listed = kinds?.type === 'enum' ? kinds.symbols.filter((kind) => kind !== 'UNKNOWN') : [];
  const bodies = bodiesOf(sources).map((body) => body.kind);
  return [
    ...listed
      .filter((kind) => !bodies.includes(kind))
      .map((kind) => `Message has no body for the kind ${kind}`),
    ...bodies
      .filter((kind) => !listed.includes(kind))
      .map((kind) => `Kind has no symbol for the body of ${kind}`),
  ];
}
