/** The body of `POST /v1/messages`: header fields, `kind`, and one `body` of that kind. */
export interface MessageRequest {
  /** A UUIDv7 that names this act of sending; the SDK makes one if it is missing. */
  readonly submissionId?: string;
  readonly kind: string;
  readonly status: 'ACTUAL' | 'EXERCISE' | 'TEST';
  readonly body: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}
