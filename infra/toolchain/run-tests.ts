/**
 * `npm test` and, with --fast, `npm run check`: every check is a script of the root package.json; this runs
 * them in order, shows what each took, and ends with one line that counts the tests.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Step {
  readonly script: string;
  readonly says: string;
  readonly countsTests: boolean;
}

interface StepResult {
  readonly status: 'passed' | 'failed';
  readonly passed: number;
  readonly failed: number;
}

const check = (script: string, says: string): Step => ({ script, says, countsTests: false });
const tests = (script: string, says: string): Step => ({ script, says, countsTests: true });

const checks: readonly Step[] = [
  check('check:lint', 'format and lint'),
  check('check:types', 'types'),
  check('check:dependencies', 'rules of dependence'),
  check('check:dead-code', 'dead code and unused dependencies'),
  check('check:generated', 'generated files and documents are current'),
  check('check:tidy', 'sizes, names and leftovers'),
];
const unit = tests('test:unit', 'unit tests');
const whole: readonly Step[] = [
  tests('test:integration', 'integration tests (real Kafka, PostgreSQL, Redis)'),
  tests('test:e2e', 'end-to-end tests (the whole stack)'),
];

const fast = process.argv.includes('--fast');
const reports = await mkdtemp(join(tmpdir(), 'chappe-test-'));
const results: StepResult[] = [];
const startedMs = Date.now();

// Two cores: the checks are single-threaded and share no state, so they run two at a time.
const queue = [...checks, unit];
await Promise.all([drain(queue), drain(queue)]);
if (!fast) for (const step of whole) results.push(await run(step, true));

const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
await rm(reports, { recursive: true, force: true });
console.log(`\nin ${seconds(Date.now() - startedMs)}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = results.every((result) => result.status === 'passed') && passed > 0 ? 0 : 1;

async function drain(steps: Step[]): Promise<void> {
  for (let step = steps.shift(); step !== undefined; step = steps.shift())
    results.push(await run(step, false));
}

/** Runs one script; a quick one is silent unless it fails, a long one shows its progress as it goes. */
async function run(step: Step, live: boolean): Promise<StepResult> {
  const from = Date.now();
  const report = join(reports, `${step.script.replace(':', '-')}.json`);
  const flags = step.countsTests
    ? ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    : [];
  if (live) console.log(`\n> ${step.says}`);
  const output: Buffer[] = [];
  const code = await new Promise<number>((resolve) => {
    const child = spawn('npm', ['run', '--silent', step.script, ...flags], {
      stdio: ['ignore', live ? 'inherit' : 'pipe', live ? 'inherit' : 'pipe'],
    });
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', () => resolve(127));
    child.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
  const counted = step.countsTests ? await readCounts(report) : { passed: 0, failed: 0 };
  const counts = step.countsTests ? `, ${counted.passed} passed, ${counted.failed} failed` : '';
  const verdict = code === 0 ? 'ok  ' : 'FAIL';
  console.log(`${verdict} ${step.says} (${seconds(Date.now() - from)}${counts})`);
  if (code !== 0 && !live) process.stdout.write(Buffer.concat(output));
  // A test run that breaks before its first test has failed, though no test did.
  const failures = step.countsTests && code !== 0 ? Math.max(1, counted.failed) : counted.failed;
  return { status: code === 0 ? 'passed' : 'failed', passed: counted.passed, failed: failures };
}

async function readCounts(report: string): Promise<{ passed: number; failed: number }> {
  try {
    const parsed = JSON.parse(await readFile(report, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
    };
    return { passed: parsed.numPassedTests, failed: parsed.numFailedTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
