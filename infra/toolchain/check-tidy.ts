/**
 * Style as a test: file sizes, names that say nothing, leftovers and silenced checks.
 * Every finding names the file, the line and the mend.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const mostLines = 400;

interface TidyRule {
  readonly pattern: RegExp;
  readonly mend: string;
  /** Passes with a comment on the line or just above it. */
  readonly unlessExplained?: boolean;
}

const lineRules: readonly TidyRule[] = [
  { pattern: /\b(?:it|test|describe)\.(?:only|skip|todo|fails)\b/, mend: 'run every test, or delete it' },
  { pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/, mend: 'do it now, or open an issue' },
  {
    pattern: /@ts-(?:ignore|nocheck|expect-error)|biome-ignore|eslint-disable/,
    mend: 'mend what the check found',
  },
  { pattern: /: any\b|\bas any\b|\bas unknown as\b/, mend: 'say the real type' },
  {
    pattern: /catch *(?:\([^)]*\))? *\{ *\}|\.catch\(\(\) *=> *(?:\{ *\}|undefined|null)\)/,
    mend: 'handle the error, or say why it may pass',
    unlessExplained: true,
  },
];
const emptyName = /\/(?:utils?|helpers?|types|common|misc|shared|lib)\.(?:ts|js|mjs)$/;

const { stdout } = await promisify(execFile)('git', [
  'ls-files',
  '--cached',
  '--others',
  '--exclude-standard',
]);
const findings: string[] = [];
let filesRead = 0;
for (const path of stdout.split('\n').filter((name) => /\.(?:ts|mjs|js)$/.test(name))) {
  if (path.includes('/generated/')) continue;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null; // deleted in the work tree, still in the index
    throw error;
  });
  if (text === null) continue;
  filesRead += 1;
  const lines = text.split('\n');
  if (emptyName.test(path)) findings.push(`${path}: name the file after the act it performs`);
  if (lines.length > mostLines)
    findings.push(`${path}: ${lines.length} lines, more than ${mostLines}: split it by act`);
  if (path.endsWith('check-tidy.ts')) continue;
  lines.forEach((line, index) => {
    for (const rule of lineRules) {
      if (rule.unlessExplained && isExplained(lines, index)) continue;
      if (rule.pattern.test(line)) findings.push(`${path}:${index + 1}: ${rule.mend}`);
    }
  });
}

function isExplained(lines: readonly string[], index: number): boolean {
  return /\/\/|\*\//.test(lines[index] ?? '') || /^\s*(?:\/\/|\*)/.test(lines[index - 1] ?? '');
}

for (const finding of findings) console.error(finding);
console.log(`${filesRead} files, ${findings.length} findings`);
if (filesRead === 0 || findings.length > 0) process.exitCode = 1;
