/** The fields a log line may have. Add one only if its values can never be content, a name or a secret. */
const allowedFields: ReadonlySet<string> = new Set([
  'service',
  'instance',
  'traceId',
  'method',
  'route',
  'status',
  'durationMs',
  'code',
  'action',
  'reason',
  'state',
  'profile',
  'url',
  'port',
  'step',
  'clean',
  'dependency',
  'dependencies',
  'correspondent',
  'lane',
  'kind',
  'outcome',
  'messageId',
  'decisionId',
  'deliveryId',
  'requestDigest',
  'topic',
  'topics',
  'group',
  'partition',
  'partitions',
  'offset',
  'first',
  'after',
  'next',
  'count',
  'records',
  'bytes',
  'queued',
  'attempt',
  'retryInMs',
  'waitedMs',
  'lagMs',
  'lagRecords',
  'release',
  'number',
  'policyVersion',
  'schemaId',
  'record',
  'version',
  'broker',
  'brokers',
  'migration',
  'table',
  'epoch',
  'connections',
  'problems',
  'differences',
  'signal',
  'treeSize',
  'checkpoint',
  'sha256',
]);

const longestText = 300;
const longestList = 50;

/** Keeps the allowed fields with plain values; everything else is dropped without a trace. */
export function allowListed(fields: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name in fields) {
    const value = fields[name];
    if (name === 'err') {
      if (value !== undefined && value !== null) kept.err = describeError(value);
    } else if (allowedFields.has(name)) {
      const plain = plainValue(value);
      if (plain !== undefined) kept[name] = plain;
    }
  }
  return kept;
}

function plainValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return value.toString();
    default:
      return Array.isArray(value) && value.every((item) => typeof item !== 'object')
        ? value.slice(0, longestList).map(plainValue)
        : undefined;
  }
}

const codeLike = /^[\w.:/-]{1,80}$/;
const codeFields = ['code', 'syscall', 'errno', 'type', 'constraint', 'table', 'severity', 'reason'] as const;

/**
 * An error by its class, codes and stack frames. Messages stay out: those of PostgreSQL, parsers and
 * validators quote values. Errors that are written for operators say so with `loggable = true`.
 */
function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { class: typeof error };
  const described: Record<string, unknown> = { class: error.name };
  for (const field of codeFields) {
    const value: unknown = Reflect.get(error, field);
    if (typeof value === 'number' || (typeof value === 'string' && codeLike.test(value)))
      described[field] = value;
  }
  if (Reflect.get(error, 'loggable') === true) described.message = plainValue(error.message);
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? [];
  described.frames = frames.slice(0, 8).map((line) => line.trim());
  if (error.cause !== undefined && depth < 3) described.cause = describeError(error.cause, depth + 1);
  return described;
}
