/** What can be wrong with a proposed release. */
export type DirectoryProblemCode =
  | 'duplicate'
  | 'duplicate-short-code'
  | 'duplicate-token-identity'
  | 'malformed-code'
  | 'unknown-correspondent'
  | 'unknown-holder'
  | 'unknown-country'
  | 'unknown-role'
  | 'unknown-symbol'
  | 'no-duty-desk'
  | 'several-duty-desks'
  | 'duty-desk-unusable'
  | 'role-not-for-holder'
  | 'forbidden-combination'
  | 'empty-validity'
  | 'rule-without-condition'
  | 'rule-without-recipient'
  | 'rule-never-matches'
  | 'rule-without-reason'
  | 'rule-without-example'
  | 'example-fails'
  | 'invalid-deadline';

/** One problem: which entry, and in words what is wrong with it. */
export interface DirectoryProblem {
  readonly code: DirectoryProblemCode;
  readonly key: string;
  readonly detail: string;
}

/** A problem for each value that occurs more than once. */
export function duplicates(
  values: readonly string[],
  code: DirectoryProblemCode,
  keyOf: (value: string) => string,
): readonly DirectoryProblem[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const value of values) (seen.has(value) ? repeated : seen).add(value);
  return [...repeated].map((value) => ({
    code,
    key: keyOf(value),
    detail: `${value} occurs more than once.`,
  }));
}
