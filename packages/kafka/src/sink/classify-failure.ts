/** What a failure of a slice asks for. */
export type FailureKind =
  /** Another member has moved the stored offset: read it and seek. */
  | 'stale'
  /** The world is not ready: wait and try the same again. */
  | 'transient'
  /** The record is of a newer release. */
  | 'pause'
  /** The record itself is at fault. */
  | 'poison'
  /** Nobody said: tried again a few times, then taken for a bug, which stops the partition. */
  | 'unexpected';

/** A failure and its code, which goes to logs and dead letters and so never holds a value. */
export interface Failure {
  kind: FailureKind;
  code: string;
}

const namedKinds: Readonly<Record<string, FailureKind>> = {
  StaleOffset: 'stale',
  PauseUntilUpgrade: 'pause',
  PoisonRecord: 'poison',
};

const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);

/** SQLSTATE classes of the database's state, for errors that no transaction has marked. */
const stateClasses = new Set(['08', '25', '40', '53', '55', '57', '58']);

/** Classifies what `apply` threw, by name and by mark, so that no package of a store has to be known here. */
export function classifyFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { kind: 'unexpected', code: 'NOT_AN_ERROR' };
  const code = codeOf(error);
  const named = namedKinds[error.name];
  if (named !== undefined) return { kind: named, code };
  if ('transient' in error && error.transient === true) return { kind: 'transient', code };
  if ('transient' in error && error.transient === false) return { kind: 'poison', code };
  if (networkCodes.has(code)) return { kind: 'transient', code };
  if (/^[0-9A-Z]{5}$/.test(code) && stateClasses.has(code.slice(0, 2))) return { kind: 'transient', code };
  return { kind: 'unexpected', code };
}

const codeLike = /^[\w.:-]{1,60}$/;

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string' && codeLike.test(error.code)) return error.code;
  if ('reason' in error && typeof error.reason === 'string' && codeLike.test(error.reason))
    return error.reason;
  return codeLike.test(error.name) ? error.name : 'UNNAMED';
}
