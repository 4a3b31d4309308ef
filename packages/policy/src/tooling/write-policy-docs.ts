import { readFile, writeFile } from 'node:fs/promises';
import { renderPolicyDocs } from './render-policy-docs.ts';

/** Writes docs/policy.md from the matrix; with --check says whether it is current and changes nothing. */
const target = new URL('../../../../docs/policy.md', import.meta.url);
const expected = renderPolicyDocs();

if (process.argv.includes('--check')) {
  const actual = await readFile(target, 'utf8').catch(() => '');
  if (actual !== expected) {
    console.error('docs/policy.md does not follow packages/policy/matrix.json: write it again.');
    process.exitCode = 1;
  }
} else {
  await writeFile(target, expected);
}
