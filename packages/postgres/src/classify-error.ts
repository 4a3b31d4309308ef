/** Whether the same statement may succeed later (transient) or never will with this data (permanent). */
export type PostgresFailure = 'retry-transaction' | 'transient' | 'permanent' | 'not-postgres';

/** Classifies an error of the driver or of the server. */
export function classifyPostgresError(_error: unknown): PostgresFailure {
  throw new Error('not implemented');
}
