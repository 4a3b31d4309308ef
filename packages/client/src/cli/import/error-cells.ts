/** The column that says why a row was not sent; it is left out when the file is fed back. */
export const errorColumn = 'chappe_error';

// What a spreadsheet takes for a formula, in its full-width forms too (OWASP, CSV injection).
const formula = /^'*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/u;

/**
 * A cell that no spreadsheet computes: an apostrophe goes before what would be a formula. Cells that begin so by
 * themselves get one more, so that taking it off gives back what was there.
 */
export function escapeCell(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** Takes off what `escapeCell` put on; a cell in which the apostrophe was mended away stays as it is. */
export function unescapeCell(text: string): string {
  return text.startsWith("'") && formula.test(text) ? text.slice(1) : text;
}

/** One record of CSV (RFC 4180), every cell in quotes. */
export function csvRecord(cells: readonly string[], delimiter: string): string {
  return `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)}\r\n`;
}
