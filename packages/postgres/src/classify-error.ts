/** Whether the same statement may succeed later (transient) or never will with this data (permanent). */
export type PostgresFailure = 'retry-transaction' | 'transient' | 'permanent' | 'not-postgres';

/** Serialisation failure and deadlock: the whole transaction may be repeated at once. */
const repeatable = new Set(['40001', '40P01']);

/**
 * Classes of SQLSTATE that the data itself causes. Everything else (connection, resources, disk, operator,
 * rights, a missing table) is the state of the database: blaming a record for it would lose the record.
 */
const causedByData = new Set(['21', '22', '23', '27', '44', '54', 'P0']);

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** The driver raises these without any code. */
const driverMessages = [
  /^Connection terminated/,
  /^timeout (exceeded|expired)/i,
  /^Query read timeout/,
  /^Client has encountered a connection error/,
  /^Client was closed/,
  /^Cannot use a pool after calling end/,
  /^The server does not support SSL/,
];

/** The SQLSTATE or system code of an error, if it has one. */
export function postgresErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Classifies an error of the driver or of the server. */
export function classifyPostgresError(error: unknown): PostgresFailure {
  const code = postgresErrorCode(error);
  if (code !== undefined && networkCodes.has(code)) return 'transient';
  // Only the server's errors have a severity; other libraries also use five-character codes.
  if (code !== undefined && error instanceof Error && 'severity' in error && /^[0-9A-Z]{5}$/.test(code)) {
    if (repeatable.has(code)) return 'retry-transaction';
    return causedByData.has(code.slice(0, 2)) ? 'permanent' : 'transient';
  }
  if (error instanceof Error && driverMessages.some((pattern) => pattern.test(error.message)))
    return 'transient';
  return 'not-postgres';
}

/** Adds `transient` to an error of PostgreSQL, so that whoever retries need not know the driver. */
export function markTransient<E>(error: E): E {
  const failure = classifyPostgresError(error);
  if (failure === 'not-postgres' || !(error instanceof Error) || 'transient' in error) return error;
  return Object.assign(error, { transient: failure !== 'permanent' });
}

/** SQLSTATE of a server that is starting, stopping, full, failing over or out of connections. */
const outages = /^(08|53|57|58|40|25006|55P03)/;

/** Whether the database is away for now. A wrong password or a statement that it refuses is no such thing. */
export function isOutage(error: unknown): boolean {
  if (classifyPostgresError(error) === 'not-postgres') return false;
  const code = postgresErrorCode(error);
  if (code === undefined || !(error instanceof Error) || !('severity' in error)) return true;
  return outages.test(code);
}
