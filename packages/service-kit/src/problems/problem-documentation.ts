import { type ProblemCode, type ProblemDefinition, problems } from './catalogue.ts';
import { problemType } from './problem.ts';
import { remedies } from './remedies.ts';

/** The text of docs/problems.md, made from the catalogue. */
export function renderProblemDocumentation(): string {
  const rows = Object.entries<ProblemDefinition>(problems).map(([code, { status, title, titleFr }]) => ({
    status,
    line: `| \`${code}\` | ${status} | ${title} | ${titleFr} | ${remedies[code as ProblemCode]} |`,
  }));
  const lines = rows.toSorted((a, b) => a.status - b.status).map((row) => row.line);
  return `# Problems

Generated from packages/service-kit/src/problems by \`node packages/service-kit/src/tooling/write-problem-docs.ts\`;
a test compares both ways, so change the catalogue, not this page.

Every error answer is \`application/problem+json\` (RFC 9457). Its \`type\` is \`${problemType('not-found').replace('not-found', '<code>')}\`:
branch on it, never on the title. \`title\` is French when \`Accept-Language\` begins with \`fr\`, English otherwise.
\`errors[]\` lists findings as \`{pointer, code, detail}\`; a pointer is RFC 6901 into the body, after \`query:\`,
\`path:\` or \`headers:\` for other parts. No answer repeats a value that was sent. \`traceId\` finds the request in the logs.

| Code | Status | Title | Titre | What to do |
|---|---|---|---|---|
${lines.join('\n')}
`;
}

/** The codes that a documentation text has a row for. */
export function documentedCodes(markdown: string): string[] {
  return [...markdown.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, code = '']) => code);
}
