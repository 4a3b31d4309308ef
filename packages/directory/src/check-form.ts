import {
  type AvroField,
  type AvroRecord,
  type AvroType,
  avroSchemaOf,
  type FieldRules,
} from '@chappe/schemas';
import type { EntryList } from './directory-entries.ts';
import type { DirectoryProblemCode } from './directory-problem.ts';
import { unknown } from './rule-index.ts';
import { unsafeText } from './unsafe-text.ts';

/** What is wrong with the form of one entry. */
export interface FormFinding {
  readonly code: DirectoryProblemCode;
  readonly path: string;
  readonly detail: string;
}

/** Entries as files hold them, with ISO times and without defaults, or as releases do. */
type Form = 'file' | 'release';

type Check = (value: unknown, path: string, form: Form, found: FormFinding[]) => void;

/** The field of a directory record that holds an entry of each list. */
export const recordFields: Readonly<Record<EntryList, string>> = {
  correspondents: 'correspondent',
  coverage: 'coverage',
  persons: 'person',
  systems: 'system',
  grants: 'grant',
  rules: 'rule',
  channels: 'channel',
  units: 'unit',
  positions: 'position',
  shifts: 'shift',
  absences: 'absence',
  releaseRules: 'releaseRule',
};

/** Every list that a directory has. */
export const entryLists = Object.keys(recordFields).filter((name): name is EntryList => name in recordFields);

/** Examples leave out what does not matter to them. */
const mayBeUnknown = new Set(['RuleExample']);

/** Texts that may be longer are prose. */
const longestName = 200;

let compiled: ReadonlyMap<string, Check> | undefined;

/**
 * Compares an entry with its schema: fields, types, symbols, bounds, and texts that could deceive a reader.
 * The schema is the one that travels, so that what passes here can be published.
 */
export function checkForm(list: EntryList, entry: unknown, form: Form): readonly FormFinding[] {
  compiled ??= compileChecks();
  const found: FormFinding[] = [];
  compiled.get(recordFields[list])?.(entry, '', form, found);
  return found;
}

/** A name as one step of a JSON pointer. */
export function pointerStep(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function compileChecks(): ReadonlyMap<string, Check> {
  const named = new Map<string, Check>();
  return new Map(
    avroSchemaOf('DirectoryRecord').fields.map((field) => [field.name, compile(field.type, field, named)]),
  );
}

function compile(type: AvroType, field: AvroField, named: Map<string, Check>): Check {
  if (typeof type === 'string') return named.get(type) ?? primitiveCheck(type, field);
  if (!('type' in type)) {
    const [, inner] = type;
    const check = inner === undefined ? undefined : compile(inner, field, named);
    return (value, path, form, found) => {
      if (value !== null && value !== undefined) check?.(value, path, form, found);
    };
  }
  switch (type.type) {
    case 'record': {
      const check = recordCheck(type, named);
      named.set(type.name, check);
      return check;
    }
    case 'enum': {
      const check = symbolCheck(new Set(type.symbols));
      named.set(type.name, check);
      return check;
    }
    case 'array':
      return listCheck(compile(type.items, { ...field, default: undefined }, named), field.chappe);
    default:
      return timeCheck;
  }
}

function recordCheck(record: AvroRecord, named: Map<string, Check>): Check {
  const fields = record.fields.map((field) => {
    const check = compile(field.type, field, named);
    const lenient = mayBeUnknown.has(record.name) && field.default === unknown;
    return { field, check, lenient, step: pointerStep(field.name) };
  });
  const names = new Set(record.fields.map((field) => field.name));
  return (value, path, form, found) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      found.push({ code: 'malformed-field', path, detail: 'Write an object here: { … }.' });
      return;
    }
    const given: Readonly<Record<string, unknown>> = { ...value };
    for (const name of Object.keys(given)) {
      if (names.has(name)) continue;
      const detail = `There is no field ${shorten(name)}: remove it, or write one of ${[...names].join(', ')}.`;
      found.push({ code: 'unknown-field', path: path + pointerStep(name), detail });
    }
    for (const { field, check, lenient, step } of fields) {
      const each = given[field.name];
      if (each === undefined && (form === 'release' || field.default !== undefined)) continue;
      if (each === unknown && lenient && form === 'release') continue;
      if (each === undefined) {
        const detail = `${field.name} is missing: ${lowerFirst(field.doc ?? 'write it.')}`;
        found.push({ code: 'missing-field', path: path + step, detail });
      } else check(each, path + step, form, found);
    }
  };
}

function listCheck(item: Check, rules: FieldRules = {}): Check {
  const most = rules.maxItems ?? 1_000;
  return (value, path, form, found) => {
    if (!Array.isArray(value)) {
      found.push({ code: 'malformed-field', path, detail: 'Write a list here: [ … ].' });
      return;
    }
    if (value.length > most) {
      const detail = `It has ${value.length} items and may have ${most}: remove some.`;
      found.push({ code: 'out-of-bounds', path, detail });
      return;
    }
    const seen = new Set<unknown>();
    value.forEach((each: unknown, index) => {
      item(each, `${path}/${index}`, form, found);
      if (typeof each !== 'string' || each === unknown) return;
      if (seen.has(each)) {
        const detail = `${shorten(each)} stands in this list already: remove one of them.`;
        found.push({ code: 'duplicate', path: `${path}/${index}`, detail });
      }
      seen.add(each);
    });
  };
}

function symbolCheck(symbols: ReadonlySet<string>): Check {
  const known = [...symbols].filter((symbol) => symbol !== unknown);
  return (value, path, _form, found) => {
    if (typeof value === 'string' && value !== unknown && symbols.has(value)) return;
    const given = typeof value === 'string' ? shorten(value) : 'This';
    const detail = `${given} is not a symbol that this release knows: write one of ${known.join(', ')}.`;
    found.push({ code: 'unknown-symbol', path, detail });
  };
}

function primitiveCheck(type: string, field: AvroField): Check {
  switch (type) {
    case 'boolean':
      return (value, path, _form, found) => {
        if (typeof value === 'boolean') return;
        found.push({ code: 'malformed-field', path, detail: 'Write true or false.' });
      };
    case 'string':
      return textCheck(field);
    default:
      return wholeNumberCheck(field.chappe);
  }
}

function textCheck({ chappe: rules = {}, default: ifAbsent, name }: AvroField): Check {
  const most = rules.maxLength ?? 1_000;
  const pattern = rules.pattern === undefined ? null : new RegExp(rules.pattern, 'u');
  const mayBeEmpty = ifAbsent === '';
  return (value, path, _form, found) => {
    if (typeof value !== 'string') {
      found.push({ code: 'malformed-field', path, detail: 'Write a text here, in quotation marks.' });
    } else if (value === '') {
      if (!mayBeEmpty) found.push({ code: 'missing-field', path, detail: `${name} is empty: write it.` });
    } else if (value.length > most && [...value].length > most) {
      const detail = `It is longer than ${most} characters: shorten it.`;
      found.push({ code: 'out-of-bounds', path, detail });
    } else if (pattern !== null && !pattern.test(value)) {
      const detail = `${shorten(value)} does not have the form ${pattern.source}: correct it.`;
      found.push({ code: 'malformed-code', path, detail });
    } else {
      const reason = unsafeText(value, most <= longestName);
      if (reason !== null) found.push({ code: 'unsafe-text', path, detail: reason });
    }
  };
}

function wholeNumberCheck({ min = 0, max = Number.MAX_SAFE_INTEGER }: FieldRules = {}): Check {
  return (value, path, _form, found) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return;
    const detail = `Write a whole number from ${min} to ${max}.`;
    found.push({ code: typeof value === 'number' ? 'out-of-bounds' : 'malformed-field', path, detail });
  };
}

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

const timeCheck: Check = (value, path, form, found) => {
  const readable =
    form === 'file'
      ? typeof value === 'string' && isoTime.test(value) && !Number.isNaN(Date.parse(value))
      : typeof value === 'number' && Number.isSafeInteger(value) && value < Number.MAX_SAFE_INTEGER;
  if (readable) return;
  const detail = 'Write a time as in 2026-01-01T00:00:00Z, with its offset.';
  found.push({ code: 'unreadable-time', path, detail });
};

/** What was given may be long, and may come from anybody. */
function shorten(text: string): string {
  const safe = JSON.stringify(text).replaceAll(/[^\x20-\x7e\p{L}\p{N}]/gu, '?');
  return safe.length > 80 ? `${safe.slice(0, 80)}…` : safe;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
