import type { ErrorObject } from 'ajv/dist/2020.js';
import type { ProblemCode } from '../problems/catalogue.ts';
import { Problem, type ProblemFinding } from '../problems/problem.ts';

const mostFindings = 20;

/** Keywords that only say that an alternative failed; the alternative's own error says more. */
const summaryKeywords = new Set(['oneOf', 'anyOf', 'allOf', 'if', 'not', '$ref']);

/** The order in which one code is chosen to stand for several findings: the most telling first. */
const precedence: readonly ProblemCode[] = [
  'server-field',
  'unknown-field',
  'missing-field',
  'wrong-type',
  'invalid-value',
];

/** Turns ajv's errors into a problem with JSON pointers. Values are never quoted. */
export function problemOfValidation(
  errors: readonly ErrorObject[],
  part: string,
  serverFields: ReadonlySet<string>,
): Problem {
  const telling = errors.filter((error) => !summaryKeywords.has(error.keyword));
  const findings = distinct(
    (telling.length > 0 ? telling : errors).map((error) => describe(error, part, serverFields)),
  );
  const shown = findings.slice(0, mostFindings);
  const code = shown[0]?.code ?? 'invalid-value';
  return new Problem(code, { detail: summary(shown, findings.length), errors: shown });
}

function rank(finding: ProblemFinding): number {
  return precedence.indexOf(finding.code);
}

function describe(error: ErrorObject, part: string, serverFields: ReadonlySet<string>): ProblemFinding {
  const at = error.instancePath;
  const field = (name: unknown): string => `${at}/${escapePart(String(name))}`;
  const finding = (code: ProblemCode, pointer: string, detail: string): ProblemFinding => ({
    code,
    pointer: part === 'body' ? pointer : `${partName(part)}${pointer}`,
    detail,
  });
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const pointer = field(error.params.additionalProperty ?? error.params.unevaluatedProperty);
      return serverFields.has(pointer)
        ? finding('server-field', pointer, 'only the server sets this field')
        : finding('unknown-field', pointer, 'this field is not known');
    }
    case 'false schema':
      return serverFields.has(at)
        ? finding('server-field', at, 'only the server sets this field')
        : finding('unknown-field', at, 'this field is not known here');
    case 'required':
    case 'dependentRequired':
      return finding('missing-field', field(error.params.missingProperty), 'this field is required');
    case 'type':
      return finding('wrong-type', at, `must be ${String(error.params.type).replaceAll(',', ' or ')}`);
    case 'discriminator':
      return error.params.error === 'tag'
        ? finding('wrong-type', field(error.params.tag), 'must be a string')
        : finding('invalid-value', field(error.params.tag), 'must be one of the permitted values');
    case 'enum':
    case 'const':
      return finding('invalid-value', at, 'must be one of the permitted values');
    default:
      // ajv's own words quote the schema, never the value.
      return finding('invalid-value', at, error.message ?? 'is not permitted');
  }
}

/** The most telling finding of each place, the most telling first. */
function distinct(findings: readonly ProblemFinding[]): ProblemFinding[] {
  const byPointer = new Map<string, ProblemFinding>();
  for (const finding of findings.toSorted((a, b) => rank(a) - rank(b))) {
    if (!byPointer.has(finding.pointer)) byPointer.set(finding.pointer, finding);
  }
  return [...byPointer.values()];
}

function summary(shown: readonly ProblemFinding[], total: number): string {
  const [first] = shown;
  if (first === undefined) return 'The request is not valid.';
  const where = first.pointer === '' ? 'The body' : first.pointer;
  return total === 1
    ? `${where}: ${first.detail}.`
    : `${where}: ${first.detail}; ${total - 1} more in errors.`;
}

function partName(part: string): string {
  return part === 'querystring' ? 'query:' : part === 'params' ? 'path:' : `${part}:`;
}

function escapePart(text: string): string {
  return text.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
}
