import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { typeAndWait } from './harness/type-command.ts';
import { waitUntil } from './harness/wait-until.ts';

const partner = 'partner:example-agency';
const examples = fileURLToPath(new URL('../docs/examples/', import.meta.url));
const entry = fileURLToPath(new URL('../packages/client/src/cli/main.ts', import.meta.url));
const guide = () => readFile(new URL('../docs/guide-partner.md', import.meta.url), 'utf8');
const run = promisify(execFile);
const children = new Set<ChildProcess>();
let system: ExerciseStack | undefined;
let checkout: string | undefined;
let folder: string;
let settings: Record<string, string> = {};
let missing: string | undefined;

beforeAll(async () => {
  missing = await run('python3', ['-c', 'import requests, joserfc']).then(
    () => undefined,
    () => 'the partner’s example needs python3 with the packages requests and joserfc',
  );
  if (missing !== undefined) return;
  system = await startExerciseStack();
  checkout = await mkdtemp(join(tmpdir(), 'chappe-partner-'));
  folder = join(checkout, 'docs/examples');
  await cp(examples, folder, { recursive: true });
  await mkdir(join(checkout, '.local'), { mode: 0o700 });
  for (const name of ['accounts.json', 'stack.json'])
    await cp(join(system.stack.dataDir, name), join(checkout, '.local', name));
  // The guide's own lines find the demonstration's key, and say what to set.
  const script = /python3 - <<'PY'\n([\s\S]*?)\nPY\n/.exec(await guide())?.[1] ?? '';
  const { stdout } = await run('python3', ['-c', script], { cwd: folder });
  const lines = [...stdout.matchAll(/^export (CHAPPE_[A-Z]+)=(\S+)$/gm)];
  settings = Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await system?.stop();
  if (checkout !== undefined) await rm(checkout, { recursive: true, force: true });
});

/** Runs one of the examples as its reader would; its lines so far. */
function start(script: string): () => readonly string[] {
  const child = spawn('python3', [script], {
    cwd: folder,
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1', ...settings },
  });
  children.add(child);
  let text = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return () => {
    if (child.exitCode !== null) throw new Error(`${script} ended: ${errors.slice(-2_000)}`);
    return text.split('\n');
  };
}

it('from nothing to publish, follow and be told by a webhook, with the guide’s own examples', async (context) => {
  if (system === undefined) return context.skip(missing);
  const stack = system;
  const following = start('partner.py');
  const published = await waitUntil('the partner published', async () =>
    following().find((line) => line.startsWith('published ')),
  );
  const reference = published.split(' ')[1];
  expect(reference).toMatch(/^XA-\d\d-/);
  const received = await waitUntil('the desk has it', async () =>
    (await stack.as('desk:counter-terrorism').inbox.list()).items.find(
      (item) => item.message?.reference === reference,
    ),
  );
  expect(received).toMatchObject({ role: 'ACTION', sender: partner });

  const listening = start('partner_webhook.py');
  await waitUntil('the webhook is verified', async () =>
    listening().find((line) => line.startsWith('listening ')),
  );
  const command = /npm run -s chappe -- (publish (?:.*\\\n)*.*)/.exec(await guide())?.[1] ?? '';
  const shell = `chappe() { '${process.execPath}' '${entry}' "$@"; }; chappe ${command} --json`;
  const typed = await typeAndWait(shell, { CHAPPE_STACK: stack.stack.dataDir });
  const sent = /"reference": ?"([^"]+)"/.exec(typed.output)?.[1];
  expect(typed).toMatchObject({ end: 0, output: expect.stringContaining('"reference"') });
  const line = await waitUntil('the stream shows it', async () =>
    following().find((each) => each.startsWith('received ')),
  );
  const [, number] = line.split(' ');
  const told = await waitUntil('the webhook told of it', async () =>
    listening().find((each) => each.startsWith(`told of ${number} `)),
  );
  expect(told).toBe(`told of ${number} LEAD ${sent}`);
});

it('the guide names its examples, and they are as short as it says', async () => {
  for (const name of ['partner.py', 'partner_webhook.py', 'lead.json'])
    expect(await guide()).toContain(`examples/${name}`);
  for (const name of ['partner.py', 'partner_webhook.py']) {
    const lines = (await readFile(join(examples, name), 'utf8')).split('\n');
    const code = lines.filter((text) => text.trim() !== '' && !text.startsWith('"""'));
    expect(code.length).toBeLessThanOrEqual(36);
  }
});
