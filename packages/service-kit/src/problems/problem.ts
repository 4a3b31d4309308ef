import { type ProblemCode, problems } from './catalogue.ts';

/**
 * One finding inside a problem: where (RFC 6901 pointer into the body, or a parameter), what, and why. What only
 * one route can find has a code of that route's own.
 */
export interface ProblemFinding<Code extends string = ProblemCode> {
  readonly pointer: string;
  readonly code: Code;
  readonly detail: string;
  /** What a program needs of it besides the words: names of rules, roles, correspondents. */
  readonly facts?: Readonly<Record<string, readonly string[]>>;
}

/** What accompanies a problem beside its code. Nothing here may quote content that the client sent. */
export interface ProblemExtras {
  readonly detail?: string | undefined;
  readonly errors?: readonly ProblemFinding<string>[] | undefined;
  /** Seconds for the Retry-After header. */
  readonly retryAfterS?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The error behind it: logged by its code, never shown. */
  readonly cause?: unknown;
}

/** The body of every error answer: RFC 9457 with the trace id and, where several, the findings. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
  traceId: string;
  errors?: readonly ProblemFinding<string>[];
}

/** An error that knows the answer it becomes. Throw it from a handler, a hook or a domain adapter. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly statusCode: number;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, extras: ProblemExtras = {}) {
    super(extras.detail ?? problems[code].title, extras.cause === undefined ? {} : { cause: extras.cause });
    this.name = 'Problem';
    this.code = code;
    this.statusCode = problems[code].status;
    this.extras = extras;
  }
}

/** The `type` member of a problem. */
export function problemType(code: ProblemCode): string {
  return `urn:chappe:problem:${code}`;
}

/** The answer's body for a problem; the title follows the client's language. */
export function problemBody(
  problem: Problem,
  request: { traceId: string; language: 'fr' | 'en' },
): ProblemBody {
  const definition = problems[problem.code];
  return {
    type: problemType(problem.code),
    title: request.language === 'fr' ? definition.titleFr : definition.title,
    status: definition.status,
    ...(problem.extras.detail === undefined ? {} : { detail: problem.extras.detail }),
    traceId: request.traceId,
    ...(problem.extras.errors === undefined ? {} : { errors: problem.extras.errors }),
  };
}

/** French when Accept-Language prefers it; English otherwise. A full negotiation would buy nothing. */
export function languageOf(acceptLanguage: string | undefined): 'fr' | 'en' {
  return acceptLanguage?.trimStart().toLowerCase().startsWith('fr') ? 'fr' : 'en';
}
