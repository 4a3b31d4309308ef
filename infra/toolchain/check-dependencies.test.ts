import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDependencies } from './check-dependencies.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'chappe-rules-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function plant(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
}

const planted: [rule: string, files: Record<string, string>][] = [
  [
    'domain-is-pure',
    {
      'services/a/src/domain/decide.ts': "import { readFile } from 'node:fs';\nexport const x = readFile;\n",
    },
  ],
  [
    'domain-is-pure',
    {
      'services/a/src/domain/decide.ts': "import { y } from '../adapters/http.ts';\nexport const x = y;\n",
      'services/a/src/adapters/http.ts': 'export const y = 1;\n',
    },
  ],
  [
    'no-service-to-service',
    {
      'services/a/src/adapters/x.ts': "export { y } from '../../../b/src/y.ts';\n",
      'services/b/src/y.ts': 'export const y = 1;\n',
    },
  ],
  [
    'no-package-to-service',
    {
      'packages/p/src/x.ts': "export { y } from '../../../services/b/src/y.ts';\n",
      'services/b/src/y.ts': 'export const y = 1;\n',
    },
  ],
  [
    'no-circular',
    {
      'packages/p/src/x.ts': "import { y } from './y.ts';\nexport const x = () => y;\n",
      'packages/p/src/y.ts': "import { x } from './x.ts';\nexport const y = () => x;\n",
    },
  ],
  ['only-kafka-imports-the-client', { 'services/a/src/adapters/k.ts': "export * from 'kafkajs';\n" }],
  ['domain-has-no-clock', { 'services/a/src/domain/now.ts': 'export const now = () => Date.now();\n' }],
  [
    'only-main-reads-the-environment',
    { 'services/a/src/config.ts': 'export const port = process.env.PORT;\n' },
  ],
];

describe('the rules of dependence', () => {
  it.each(planted)('find a planted violation of %s', async (rule, files) => {
    await plant(files);
    const report = await checkDependencies(root);
    expect(report.findings.map((finding) => finding.rule)).toContain(rule);
  });

  it('pass a service that keeps them', async () => {
    await plant({
      'services/a/src/domain/decide.ts': 'export const decide = (n: number) => n + 1;\n',
      'services/a/src/adapters/http.ts': "export { decide } from '../domain/decide.ts';\n",
      'services/a/src/service.ts': "export { decide } from './adapters/http.ts';\n",
    });
    const report = await checkDependencies(root);
    expect(report.modules).toBe(3);
    expect(report.findings).toEqual([]);
  });
});
