import { readFileSync, writeFileSync } from 'node:fs';
import { renderProblemDocumentation } from '../problems/problem-documentation.ts';

const page = new URL('../../../../docs/problems.md', import.meta.url);
const text = renderProblemDocumentation();

if (process.argv.includes('--check')) {
  if (readFileSync(page, 'utf8') !== text) {
    console.error('docs/problems.md differs from the catalogue: run this script without --check');
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
}
