/** One precise fault in a request, as the server names it. */
export interface ProblemPointer {
  readonly pointer?: string;
  readonly code?: string;
  readonly detail?: string;
  /** What a program needs of it besides the words: names of rules, roles, correspondents. */
  readonly facts?: Readonly<Record<string, readonly string[]>>;
}

/** A problem detail (RFC 9457) as Chappe answers it; `type` is stable and is what programs compare. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly traceId?: string;
  readonly errors?: readonly ProblemPointer[];
}

const typePrefix = 'urn:chappe:problem:';

/** The server's refusal, with its problem detail. */
export class ChappeProblem extends Error {
  override readonly name = 'ChappeProblem';
  readonly details: ProblemDetails;
  /** The last part of the problem type (`release-required`), or the whole type if it is not Chappe's. */
  readonly code: string;

  constructor(details: ProblemDetails) {
    super(details.detail === undefined ? details.title : `${details.title}: ${details.detail}`);
    this.details = details;
    this.code = problemCode(details);
  }

  /** The HTTP status of the refusal. */
  get status(): number {
    return this.details.status;
  }
}

/** No usable answer within the bounds given: the network, the server or the time. Safe to try again. */
export class ChappeUnavailable extends Error {
  override readonly name = 'ChappeUnavailable';
  /** The last problem the server gave, when it answered at all. */
  readonly problem: ProblemDetails | undefined;
  readonly attempts: number;

  constructor(message: string, options: { attempts: number; problem?: ProblemDetails; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.problem = options.problem;
    this.attempts = options.attempts;
  }
}

/** The answer was not what the interface promises: a proxy's page, another product, or a defect. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

/** The code of a problem: `urn:chappe:problem:forbidden` gives `forbidden`. */
export function problemCode(details: ProblemDetails): string {
  return details.type.startsWith(typePrefix) ? details.type.slice(typePrefix.length) : details.type;
}

/** Reads a problem detail out of an error answer; a body that is none (a proxy's page) still yields one. */
export function problemFrom(status: number, statusText: string, body: unknown): ProblemDetails {
  const given = isRecord(body) ? body : {};
  const title = typeof given.title === 'string' ? given.title : statusText || `HTTP ${status}`;
  return {
    type: typeof given.type === 'string' ? given.type : 'about:blank',
    title,
    status,
    ...optionalText(given, 'detail'),
    ...optionalText(given, 'instance'),
    ...optionalText(given, 'traceId'),
    ...(Array.isArray(given.errors) ? { errors: given.errors.filter(isRecord).map(pointerFrom) } : {}),
  };
}

/** Reads JSON; undefined if the text is none, as where a proxy answers with a page of its own. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pointerFrom(given: Record<string, unknown>): ProblemPointer {
  return {
    ...optionalText(given, 'pointer'),
    ...optionalText(given, 'code'),
    ...optionalText(given, 'detail'),
    ...(isRecord(given.facts) ? { facts: factsFrom(given.facts) } : {}),
  };
}

function factsFrom(given: Record<string, unknown>): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(given).map(([name, values]) => [
      name,
      Array.isArray(values) ? values.filter((value) => typeof value === 'string') : [],
    ]),
  );
}

function optionalText<K extends string>(given: Record<string, unknown>, key: K): { [P in K]?: string } {
  const value = given[key];
  return typeof value === 'string' ? ({ [key]: value } as { [P in K]?: string }) : {};
}
