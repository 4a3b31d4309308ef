import type { z } from 'zod';

/** The configuration cannot be used; `problems` names every setting at fault, never a value. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}

/**
 * Reads the settings from the environment. All faults are reported at once, in words and without
 * the values, because a value may be a secret. An empty variable counts as absent.
 */
export function loadConfig<Schema extends z.ZodType>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  throw new ConfigurationError(result.error.issues.map((issue) => describe(issue, present)));
}

function describe(issue: z.core.$ZodIssue, env: Record<string, unknown>): string {
  const name = issue.path.map(String).join('.') || 'settings';
  if (issue.path.length === 1 && !(name in env) && issue.code !== 'custom') return `${name} is not set`;
  switch (issue.code) {
    case 'invalid_value':
      return `${name} must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `${name} must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters long' : ''}`;
    case 'too_big':
      return `${name} must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : ''}`;
    case 'invalid_type':
      return `${name} must be ${article(issue.expected)}`;
    case 'invalid_format':
      return `${name} must be ${article(issue.format)}`;
    case 'unrecognized_keys':
      return `unknown settings: ${issue.keys.join(', ')}`;
    case 'custom':
      return `${name} ${issue.message}`;
    default:
      return `${name} is not valid`;
  }
}

function article(noun: string): string {
  return /^[aeiou]/i.test(noun) ? `an ${noun}` : `a ${noun}`;
}
