import type { JsonLimits } from './json-limits.ts';
import type { JsonRefusalCode } from './json-refusal-code.ts';

/** What the scan found first. */
export interface JsonFinding {
  readonly code: JsonRefusalCode;
  readonly pointer: string;
  readonly detail: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const forbiddenNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
/** Up to so many names, comparing each with each is cheaper than a set. */
const smallObject = 24;

/** One open object or array. `pending`: the name whose value is read. */
interface Frame {
  names: string[] | undefined;
  seen: Set<string> | undefined;
  pending: string | undefined;
  index: number;
  expectsName: boolean;
}

/**
 * Goes over the text once and finds what well-formed JSON may contain but we do not keep. It follows
 * strings and brackets exactly; the grammar itself is left to `JSON.parse`, so on malformed text it
 * may say nothing, or name another fault that is also there.
 */
export function scanJson(text: string, limits: JsonLimits): JsonFinding | undefined {
  const frames: Frame[] = [];
  let frame: Frame | undefined;
  let nodes = 0;
  let at = 0;
  const end = text.length;
  // Native searches are many times faster than a loop over characters, and most texts have no escapes.
  let backslash = text.indexOf('\\');
  const hasNul = text.includes('\0');

  const finding = (code: JsonRefusalCode, detail: string, lastName?: string): JsonFinding => ({
    code,
    pointer: pointerTo(frames, lastName),
    detail,
  });

  while (at < end) {
    const unit = text.charCodeAt(at);
    switch (unit) {
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
      case 0x3a: // white space and colon
        at++;
        break;
      case 0x2c: // comma
        if (frame !== undefined) {
          if (frame.names === undefined) frame.index++;
          else {
            frame.expectsName = true;
            frame.pending = undefined;
          }
        }
        at++;
        break;
      case 0x7b:
      case 0x5b: {
        // { [
        if (++nodes > limits.maxNodes)
          return finding('too-many-values', `More than ${limits.maxNodes} values.`);
        if (frames.length >= limits.maxDepth) {
          return finding('nesting-too-deep', `More than ${limits.maxDepth} levels.`);
        }
        const isObject = unit === 0x7b;
        frame = {
          names: isObject ? [] : undefined,
          seen: undefined,
          pending: undefined,
          index: 0,
          expectsName: isObject,
        };
        frames.push(frame);
        at++;
        break;
      }
      case 0x7d:
      case 0x5d: // } ]
        frames.pop();
        frame = frames[frames.length - 1];
        at++;
        break;
      case QUOTE: {
        let close = text.indexOf('"', at + 1);
        if (backslash >= 0 && backslash <= at) backslash = text.indexOf('\\', at + 1);
        if (close < 0 || hasNul || (backslash >= 0 && backslash < close)) close = endOfString(text, at + 1);
        if (close < 0) {
          if (close === UNTERMINATED) return undefined;
          return close === NUL
            ? finding('nul-character', 'A text contains U+0000.')
            : finding('lone-surrogate', 'A text contains half of a surrogate pair.');
        }
        if (frame?.expectsName === true && frame.names !== undefined) {
          const name = nameBetween(text, at + 1, close);
          if (name === undefined) return undefined;
          if (forbiddenNames.has(name)) return finding('forbidden-name', 'A name is not permitted.', name);
          if (isRepeated(frame, name)) return finding('duplicate-name', 'A name is given twice.', name);
          frame.pending = name;
          frame.expectsName = false;
        } else if (++nodes > limits.maxNodes) {
          return finding('too-many-values', `More than ${limits.maxNodes} values.`);
        }
        at = close + 1;
        break;
      }
      case 0:
        return finding('nul-character', 'The body contains U+0000.');
      default: {
        // a number or one of true, false, null
        const from = at;
        do at++;
        while (at < end && !isDelimiter(text.charCodeAt(at)));
        if (++nodes > limits.maxNodes)
          return finding('too-many-values', `More than ${limits.maxNodes} values.`);
        // Below 16 characters without an exponent every number is kept.
        if ((unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) && !isKeptExactly(text.slice(from, at))) {
          return finding('number-out-of-range', 'A number is beyond what can be kept exactly (2^53 - 1).');
        }
      }
    }
  }
  return undefined;
}

const UNTERMINATED = -1;
const NUL = -2;
const LONE_SURROGATE = -3;

/** The index of the closing quote, or a negative finding. Unescaped halves cannot occur in valid UTF-8. */
function endOfString(text: string, from: number): number {
  const end = text.length;
  let highAt = -1;
  for (let at = from; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return highAt >= 0 ? LONE_SURROGATE : at;
    if (unit === BACKSLASH) {
      if (text.charCodeAt(at + 1) !== 0x75) {
        if (highAt >= 0) return LONE_SURROGATE;
        at++;
        continue;
      }
      const escaped = hexAt(text, at + 2);
      if (escaped === 0) return NUL;
      const isLow = escaped >= 0xdc00 && escaped <= 0xdfff;
      if (isLow !== highAt >= 0) return LONE_SURROGATE;
      highAt = escaped >= 0xd800 && escaped <= 0xdbff ? at : -1;
      at += 5;
      continue;
    }
    if (highAt >= 0) return LONE_SURROGATE;
    if (unit === 0) return NUL;
  }
  return UNTERMINATED;
}

/** The four hexadecimal digits at `from`, or -1: then `JSON.parse` refuses the text. */
function hexAt(text: string, from: number): number {
  let value = 0;
  for (let at = from; at < from + 4; at++) {
    const unit = text.charCodeAt(at);
    const digit =
      unit >= 0x30 && unit <= 0x39
        ? unit - 0x30
        : (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x66
          ? (unit | 0x20) - 0x57
          : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** The name as it will be after unescaping; undefined when its escapes are malformed. */
function nameBetween(text: string, from: number, to: number): string | undefined {
  const raw = text.slice(from, to);
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return undefined;
  }
}

function isRepeated(frame: Frame, name: string): boolean {
  const names = frame.names;
  if (names === undefined) return false;
  if (frame.seen !== undefined) {
    if (frame.seen.has(name)) return true;
    frame.seen.add(name);
    return false;
  }
  if (names.includes(name)) return true;
  names.push(name);
  if (names.length > smallObject) frame.seen = new Set(names);
  return false;
}

function isDelimiter(unit: number): boolean {
  return (
    unit <= 0x20 ||
    unit === 0x2c ||
    unit === 0x5d ||
    unit === 0x7d ||
    unit === 0x3a ||
    unit === QUOTE ||
    unit === 0x7b ||
    unit === 0x5b
  );
}

function isKeptExactly(token: string): boolean {
  if (token.length < 16 && !token.includes('e') && !token.includes('E')) return true;
  const value = Number(token);
  // NaN: not a number of JSON, which `JSON.parse` says better.
  if (Number.isNaN(value)) return true;
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function pointerTo(frames: readonly Frame[], lastName?: string): string {
  let pointer = '';
  frames.forEach((frame, depth) => {
    const isLast = depth === frames.length - 1;
    const part =
      frame.names === undefined ? String(frame.index) : ((isLast ? lastName : undefined) ?? frame.pending);
    if (part !== undefined) pointer += `/${part.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  });
  return pointer;
}
