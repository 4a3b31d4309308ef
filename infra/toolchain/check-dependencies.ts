/**
 * Checks the rules of dependence over the whole tree.
 * Fails on a violation, and on a run that saw suspiciously few modules: a resolver that finds nothing
 * passes every rule.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';
import { dependencyRules } from './dependency-rules.ts';

export interface Finding {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

export interface DependencyReport {
  readonly modules: number;
  readonly findings: readonly Finding[];
}

const roots = ['services', 'packages', 'infra', 'e2e', 'bench'];

/** Applies the rules to the source folders below `baseDir`; folders that are absent are passed over. */
export async function checkDependencies(baseDir: string): Promise<DependencyReport> {
  const entries = new Set(await readdir(baseDir));
  const options: ICruiseOptions = {
    baseDir,
    ruleSet: { forbidden: [...dependencyRules] as never },
    validate: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/node_modules/|/generated/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    } as never,
  };
  const { output } = await cruise(
    roots.filter((root) => entries.has(root)),
    options,
  );
  const result = output as ICruiseResult;
  const graph = result.summary.violations.map((violation) => ({
    rule: violation.rule.name,
    from: violation.from,
    to: violation.to,
  }));
  const texts = await findImpureText(
    baseDir,
    roots.filter((root) => entries.has(root)),
  );
  return { modules: result.modules.length, findings: [...graph, ...texts] };
}

const environment = /\bprocess\.env\b|\bprocess\.argv\b/;
const impure =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\bperformance\.now\(|\bprocess\./;

/** What imports cannot show: clocks, randomness and the environment are globals. */
async function findImpureText(baseDir: string, folders: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const folder of folders) {
    for await (const path of walk(join(baseDir, folder))) {
      const name = relative(baseDir, path).split(sep).join('/');
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      const pure =
        /^services\/[^/]+\/src\/domain\//.test(name) ||
        (/^packages\/(policy|directory)\/src\//.test(name) && !name.includes('/tooling/'));
      const runtime = /^services\/[^/]+\/src\//.test(name) && !/\/src\/(?:[a-z-]+-)?main\.ts$/.test(name);
      if (!pure && !runtime) continue;
      const text = await readFile(path, 'utf8');
      if (pure && impure.test(text)) findings.push({ rule: 'domain-has-no-clock', from: name, to: 'global' });
      if (runtime && environment.test(text)) {
        findings.push({ rule: 'only-main-reads-the-environment', from: name, to: 'process.env' });
      }
    }
  }
  return findings;
}

async function* walk(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}

const fewestModules = 60;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const report = await checkDependencies(process.cwd());
  for (const finding of report.findings) console.error(`${finding.rule}: ${finding.from} -> ${finding.to}`);
  console.log(`${report.modules} modules, ${report.findings.length} violations`);
  if (report.modules < fewestModules) {
    console.error(
      `Only ${report.modules} modules were seen, fewer than ${fewestModules}: the check itself is broken.`,
    );
    process.exitCode = 1;
  }
  if (report.findings.length > 0) process.exitCode = 1;
}
