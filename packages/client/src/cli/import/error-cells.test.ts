import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csvRecord, escapeCell, unescapeCell } from './error-cells.ts';

it.each(['=1+1', '+999 00', '-3', '@SUM(A1)', '\t=1', '\r=1', '＝1', "'=1", "''=1"])(
  '%j is not computed by a spreadsheet, and comes back as it was',
  (text) => {
    expect(escapeCell(text)).toBe(`'${text}`);
    expect(unescapeCell(escapeCell(text))).toBe(text);
  },
);

it('leaves every other cell alone, and gives every cell back', () => {
  expect(['a', '', "'quoted'", '1-2', "it's"].map(escapeCell)).toEqual(['a', '', "'quoted'", '1-2', "it's"]);
  const unit = fc.constantFrom("'", '=', '+', '-', '@', '\t', 'a', ' ', '"', ',');
  const text = fc.oneof(
    fc.string(),
    fc.array(unit, { maxLength: 6 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (cell) => {
      const written = escapeCell(cell);
      expect(unescapeCell(written)).toBe(cell);
      expect(written).not.toMatch(/^[=+\-@\t\r]/);
    }),
  );
});

it('quotes what would end a cell', () => {
  expect(csvRecord(['a"b', 'c;d', 'e\nf'], ';')).toBe('"a""b";"c;d";"e\nf"\r\n');
});
