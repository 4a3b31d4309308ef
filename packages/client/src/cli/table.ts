/** A column of a table: its head, and each row's cell. */
export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => string;
  /** Colours the cell after it has been cut and padded. */
  readonly paint?: (row: T, text: string) => string;
  /** Takes what the window leaves; the others keep their width. */
  readonly flexible?: boolean;
}

const gap = '  ';
const narrowest = 12;

/** Lines of aligned columns; in a window, the flexible column is cut so that no row wraps. */
export function formatTable<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  width: number | undefined,
): readonly string[] {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.cell(row))));
  const widths = columns.map((column, index) =>
    Math.max(column.head.length, ...cells.map((line) => textWidth(line[index] ?? ''))),
  );
  const flexible = columns.findIndex((column) => column.flexible === true);
  if (width !== undefined && flexible >= 0) {
    const total = widths.reduce((sum, one) => sum + one, gap.length * (columns.length - 1));
    const excess = total - width;
    if (excess > 0) widths[flexible] = Math.max(narrowest, (widths[flexible] ?? 0) - excess);
  }
  const line = (texts: readonly string[], paint: (index: number, text: string) => string): string =>
    texts
      .map((text, index) => {
        const isLast = index === texts.length - 1;
        const cut = cutTo(text, widths[index] ?? 0);
        return paint(
          index,
          isLast ? cut : cut + ' '.repeat(Math.max(0, (widths[index] ?? 0) - textWidth(cut))),
        );
      })
      .join(gap)
      .trimEnd();
  return [
    line(
      columns.map((column) => column.head),
      (_, text) => text,
    ),
    ...rows.map((row, at) =>
      line(cells[at] ?? [], (index, text) => columns[index]?.paint?.(row, text) ?? text),
    ),
  ];
}

/** Control characters in a message must not move the reader's cursor or colour the terminal. */
export function oneLine(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}|\p{Cf}/gu, '')
    .trim();
}

function textWidth(text: string): number {
  return [...text].length;
}

function cutTo(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
