/** Why a submission is refused: the stable codes of the problem catalogue that ingest's own rules use. */
export type FindingCode =
  | 'invalid-value'
  | 'missing-field'
  | 'server-field'
  | 'unknown-field'
  | 'unknown-correspondent'
  | 'above-ceiling'
  | 'release-required'
  | 'attachment-not-found'
  | 'attachment-mismatch'
  | 'attachment-refused'
  | 'attachment-not-scanned'
  | 'forbidden';

/** One thing wrong with a submission. The detail never quotes what was sent. */
export interface Finding {
  readonly code: FindingCode;
  /** RFC 6901 pointer into the request body. */
  readonly pointer: string;
  readonly detail: string;
  /** The same in French, where it names what a person has to go and ask for. */
  readonly detailFr?: string;
  /** What a program needs of it: names of rules, roles, correspondents. */
  readonly facts?: Readonly<Record<string, readonly string[]>>;
}

/** A finding about a value that may not be so. */
export function invalid(pointer: string, detail: string): Finding {
  return { code: 'invalid-value', pointer, detail };
}

/** A finding about something that must be there. */
export function missing(pointer: string, detail: string): Finding {
  return { code: 'missing-field', pointer, detail };
}
