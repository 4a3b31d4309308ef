import parseRange from 'range-parser';

/** Bytes of a file, both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** The headers of a request that say which bytes it is about. */
export interface RangeHeaders {
  readonly range?: string | undefined;
  readonly 'if-range'?: string | string[] | undefined;
}

/** What of a file a request asks for. */
export type ChosenRange =
  | { readonly status: 'whole' }
  | ({ readonly status: 'part' } & ByteRange)
  | { readonly status: 'unsatisfiable' };

/**
 * Reads Range and If-Range (RFC 9110, 13.1.5 and 14.2). One range of bytes is served as asked; several at once,
 * another unit, or what cannot be read is answered with the whole, as the standard allows. So is a condition that
 * does not hold: the reader has the beginning of something else.
 */
export function chooseRange(
  headers: RangeHeaders,
  file: { readonly sizeBytes: number; readonly tag: string },
): ChosenRange {
  const { range, 'if-range': condition } = headers;
  if (range === undefined || !/^bytes\s*=/i.test(range)) return { status: 'whole' };
  if (condition !== undefined && condition !== file.tag) return { status: 'whole' };
  const suffix = /^bytes\s*=\s*-0*(\d{1,15})\s*$/i.exec(range)?.[1];
  // "If the selected representation is shorter than the specified suffix length, the entire representation is used"
  // (RFC 9110, 14.1.2); range-parser 1.3.0 takes that for unsatisfiable.
  if (file.sizeBytes > 0 && Number(suffix) >= file.sizeBytes) {
    return { status: 'part', first: 0, last: file.sizeBytes - 1 };
  }
  const ranges = parseRange(file.sizeBytes, range);
  if (ranges === -1) return { status: 'unsatisfiable' };
  if (ranges === -2) return { status: 'whole' };
  const [only, ...more] = ranges;
  if (only === undefined || more.length > 0) return { status: 'whole' };
  return { status: 'part', first: only.start, last: only.end };
}
