import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { renderPolicyDocs } from './render-policy-docs.ts';

it('docs/policy.md follows the matrix', async () => {
  const written = await readFile(new URL('../../../../docs/policy.md', import.meta.url), 'utf8');
  expect(written).toBe(renderPolicyDocs());
});
