import { isUtf8 } from 'node:buffer';
import { defaultJsonLimits, type JsonLimits } from './json-limits.ts';
import type { JsonRefusalCode } from './json-refusal-code.ts';
import { scanJson } from './scan-json.ts';

/** The parsed value, or the first reason to refuse it. The detail never quotes the body. */
export type StrictJson =
  | { readonly status: 'parsed'; readonly value: unknown }
  | {
      readonly status: 'refused';
      readonly code: JsonRefusalCode;
      readonly pointer?: string;
      readonly detail: string;
    };

/**
 * Parses a body that can be stored and signed as it is: what PostgreSQL, Avro or RFC 8785 could not
 * keep exactly is refused here. `JSON.parse` accepts all of it and silently keeps the last of two
 * equal names.
 */
export function parseStrictJson(bytes: Buffer, limits: JsonLimits = defaultJsonLimits): StrictJson {
  if (bytes.length === 0) return refused('empty-body', 'The body is empty.');
  if (!isUtf8(bytes)) return refused('invalid-utf8', 'The body is not valid UTF-8.');
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return refused('malformed-json', 'The body begins with a byte order mark.');
  }
  const text = bytes.toString('utf8');
  const finding = scanJson(text, limits);
  if (finding !== undefined) return { status: 'refused', ...finding };
  try {
    return { status: 'parsed', value: JSON.parse(text) };
  } catch {
    return refused(
      text.trim() === '' ? 'empty-body' : 'malformed-json',
      text.trim() === '' ? 'The body is blank.' : 'The body is not well-formed JSON.',
    );
  }
}

function refused(code: JsonRefusalCode, detail: string): StrictJson {
  return { status: 'refused', code, detail };
}
