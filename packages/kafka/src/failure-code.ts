/** The innermost error of a chain of causes: kafkajs wraps what the broker said, sometimes twice. */
export function originalCause(error: unknown): unknown {
  let current = error;
  for (let depth = 0; depth < 10; depth += 1) {
    if (!(current instanceof Error) || current.cause === undefined || current.cause === null) return current;
    current = current.cause;
  }
  return current;
}

/** A stable code for logs, health and decisions: the broker's error type if there is one, else the class. */
export function failureCode(error: unknown): string {
  const cause = originalCause(error);
  if (!(cause instanceof Error)) return 'UNKNOWN';
  if ('type' in cause && typeof cause.type === 'string') return cause.type;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return cause.name;
}
