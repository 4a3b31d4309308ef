import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrictJson } from './parse-strict-json.ts';

const parse = (text: string | Buffer) => parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text);
const codeOf = (text: string | Buffer): string => {
  const parsed = parse(text);
  return parsed.status === 'refused' ? parsed.code : 'parsed';
};

/** A slow, obvious judge: parse with the platform, then walk the value. */
function acceptedByJudge(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  const isKept = (node: unknown, depth: number): boolean => {
    if (typeof node === 'string') return node.isWellFormed() && !node.includes('\0');
    if (typeof node === 'number')
      return Number.isFinite(node) && (!Number.isInteger(node) || Number.isSafeInteger(node));
    if (typeof node !== 'object' || node === null) return true;
    if (depth > 16) return false;
    return Object.entries(node).every(
      ([name, child]) =>
        !['__proto__', 'constructor', 'prototype'].includes(name) &&
        isKept(name, depth) &&
        isKept(child, depth + 1),
    );
  };
  return isKept(value, 1);
}

describe('a body that well-formed JSON allows and we cannot keep', () => {
  it.each([
    ['nothing at all', '', 'empty-body'],
    ['only white space', ' \r\n\t', 'empty-body'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'invalid-utf8'],
    ['a surrogate encoded as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'invalid-utf8'],
    ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x31]), 'malformed-json'],
    ['an unfinished object', '{"a":1', 'malformed-json'],
    ['an unfinished text', '{"a":"b', 'malformed-json'],
    ['a trailing comma', '[1,]', 'malformed-json'],
    ['a comment', '{} // x', 'malformed-json'],
    ['NaN', '[NaN]', 'malformed-json'],
    ['a raw NUL', '{"a":"b\0"}', 'nul-character'],
    ['a NUL between values', '[1,\0]', 'nul-character'],
    ['an escaped NUL', '{"a":"\\u0000"}', 'nul-character'],
    ['an escaped NUL in a name', '{"\\u0000":1}', 'nul-character'],
    ['a high half alone', '"\\ud83d"', 'lone-surrogate'],
    ['a high half and a letter', '"\\ud83dx"', 'lone-surrogate'],
    ['a high half and another escape', '"\\ud83d\\n"', 'lone-surrogate'],
    ['a low half alone', '"\\uDE00"', 'lone-surrogate'],
    ['two high halves', '"\\ud83d\\ud83d\\ude00"', 'lone-surrogate'],
    ['a half in a name', '{"\\udc00":1}', 'lone-surrogate'],
    ['2^53', '[9007199254740992]', 'number-out-of-range'],
    ['-2^53', '[-9007199254740992]', 'number-out-of-range'],
    ['an integer with an exponent', '1e20', 'number-out-of-range'],
    ['a number that becomes infinite', '1e999', 'number-out-of-range'],
    ['17 levels', `${'['.repeat(17)}${']'.repeat(17)}`, 'nesting-too-deep'],
    ['10,000 levels', '[{"a":'.repeat(5_000), 'nesting-too-deep'],
    ['more values than permitted', `[${'null,'.repeat(20_000)}null]`, 'too-many-values'],
    ['a name twice', '{"a":1,"b":2,"a":3}', 'duplicate-name'],
    ['a name twice, once escaped', '{"a":1,"\\u0061":3}', 'duplicate-name'],
    ['__proto__', '{"__proto__":{}}', 'forbidden-name'],
    ['__proto__ escaped', '{"\\u005f_proto__":{}}', 'forbidden-name'],
    ['constructor inside', '{"a":[{"constructor":1}]}', 'forbidden-name'],
    ['prototype', '{"prototype":1}', 'forbidden-name'],
  ])('refuses %s', (_what, body, code) => {
    expect(codeOf(body)).toBe(code);
  });

  it('names a repetition in an object with many names', () => {
    const names = Array.from({ length: 60 }, (_, index) => `"n${index}":1`).join(',');
    expect(parse(`{"x":{${names},"n7":2}}`)).toMatchObject({ code: 'duplicate-name', pointer: '/x/n7' });
    expect(codeOf(`{${names}}`)).toBe('parsed');
  });

  it('points at the place, through arrays and escaped names', () => {
    expect(parse('{"a/b":[0,{"c~":"\\u0000"}]}')).toMatchObject({
      code: 'nul-character',
      pointer: '/a~1b/1/c~0',
    });
    expect(parse('{"a":1,"b":9007199254740993}')).toMatchObject({ pointer: '/b' });
  });

  it('never quotes a value in its detail', () => {
    const parsed = parse('{"a":"secret\\u0000"}');
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});

describe('a body that can be kept', () => {
  it.each([
    '0',
    '-0.5e-7',
    '9007199254740991',
    '-9007199254740991',
    '0.1234567890123456789',
    '"\\ud83d\\ude00 é \\" \\\\ \\/ \\n"',
    '"😀"',
    '{"proto":{"constructors":1},"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"constructor","b":"__proto__"}',
    `${'['.repeat(16)}${']'.repeat(16)}`,
    '{"":{"":0}}',
    ' [ true , false , null ] ',
    '"\\\\u0000"',
  ])('parses %s as JSON.parse does', (text) => {
    expect(parse(text)).toEqual({ status: 'parsed', value: JSON.parse(text) });
  });

  it('is exactly what the slow judge accepts, for values of every shape', () => {
    const anyText = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', '\u0000', '\ud800', 'a'),
    );
    const anyNumber = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.constantFrom(2 ** 53, -(2 ** 60), 1e300));
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'medium' },
        anyText,
        anyNumber,
        fc.constantFrom(null, true, false),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.array(fc.tuple(anyText, tie('tree')), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = JSON.stringify(value);
        expect(codeOf(text) === 'parsed').toBe(acceptedByJudge(text));
      }),
      { numRuns: 600 },
    );
  });

  it('agrees with the judge on texts that are nearly JSON', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"b":',
      '1',
      '-',
      'e9',
      '.5',
      'true',
      'nul',
      ' ',
      '\\u',
      '\\"',
      '\\ud83d',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (parts) => {
        const text = parts.join('');
        // Equal names are legal JSON that only the scan refuses; the judge cannot see them.
        if (codeOf(text) === 'duplicate-name') return;
        expect(codeOf(text) === 'parsed').toBe(acceptedByJudge(text));
      }),
      { numRuns: 6_000 },
    );
  });
});
