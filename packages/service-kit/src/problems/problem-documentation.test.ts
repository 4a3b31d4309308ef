import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { problems } from './catalogue.ts';
import { languageOf, Problem, problemBody } from './problem.ts';
import { documentedCodes, renderProblemDocumentation } from './problem-documentation.ts';

const page = readFileSync(new URL('../../../../docs/problems.md', import.meta.url), 'utf8');

describe('docs/problems.md', () => {
  it('has a row for every problem, and no row for a problem that does not exist', () => {
    expect(documentedCodes(page).sort()).toEqual(Object.keys(problems).sort());
  });

  it('says exactly what the catalogue says', () => {
    expect(page).toBe(renderProblemDocumentation());
  });
});

describe('a problem', () => {
  it('is an RFC 9457 body in the language of the client', () => {
    const problem = new Problem('not-found', { detail: 'No such thing.' });
    const body = problemBody(problem, { traceId: 't', language: languageOf('fr-FR,fr;q=0.9,en;q=0.8') });
    expect(body).toEqual({
      type: 'urn:chappe:problem:not-found',
      title: 'Introuvable',
      status: 404,
      detail: 'No such thing.',
      traceId: 't',
    });
    expect(languageOf('en-GB,fr;q=0.5')).toBe('en');
    expect(languageOf(undefined)).toBe('en');
  });
});
