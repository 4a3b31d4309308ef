import canonicalize from 'canonicalize';

/** The RFC 8785 form of a JSON value: one text for equal values, whatever the order of names. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('only JSON values have a canonical form');
  return text;
}
