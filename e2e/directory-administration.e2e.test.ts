import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChappeProblem } from '@chappe/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { isShown, readSession } from './harness/guide-session.ts';
import { typeAndWait } from './harness/type-command.ts';
import { waitUntil } from './harness/wait-until.ts';

let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const entry = fileURLToPath(new URL('../packages/client/src/cli/main.ts', import.meta.url));
const exercise = { status: 'EXERCISE', exerciseId: 'EX-SEMAPHORE-2026' } as const;

async function type(line: string): Promise<{ end: number | NodeJS.Signals | null; output: string }> {
  const shell = `chappe() { '${process.execPath}' '${entry}' "$@"; }; ${line}`;
  return await typeAndWait(shell, { CHAPPE_STACK: system.stack.dataDir });
}

async function decidedLead(crimeArea: 'DRUG_TRAFFICKING' | 'COMPUTER_CRIME'): Promise<void> {
  const post = system.as('post:DJ');
  const result = await post.publish({
    kind: 'LEAD',
    ...exercise,
    urgency: 'ROUTINE',
    crimeAreas: [crimeArea],
    countriesConcerned: ['DJ'],
    body: { text: 'EXERCISE: an invented lead.' },
  });
  if (result.outcome !== 'accepted') throw new Error(`it was ${result.outcome}`);
  await waitUntil('the decision', async () => {
    const { state } = await post.status(result.messageId, { submissionId: result.submissionId });
    return state === 'PENDING' ? undefined : state;
  });
}

it('the guide does what it says, two administrators at the terminal', async () => {
  for (const area of [
    'DRUG_TRAFFICKING',
    'DRUG_TRAFFICKING',
    'DRUG_TRAFFICKING',
    'COMPUTER_CRIME',
  ] as const) {
    await decidedLead(area);
  }
  const steps = await readSession(new URL('../docs/guide-directory.md', import.meta.url));
  expect(steps.length).toBeGreaterThan(8);
  const names = new Map<string, string>();
  const fill = (text: string) => text.replace(/\b[0-9a-f]{8}\b/g, (printed) => names.get(printed) ?? printed);
  for (const { command, shown, line } of steps) {
    const { end, output } = await type(fill(command));
    const [, printed] = /proposed ([0-9a-f]{8})/.exec(shown.join('\n')) ?? [];
    const [, real] = /proposed ([0-9a-f]{8})-/.exec(output) ?? [];
    if (printed !== undefined && real !== undefined) names.set(printed, real);
    const missing = shown.map(fill).filter((words) => !isShown(words, output));
    expect({ line, end, missing, output: missing.length === 0 ? '' : output }).toEqual({
      line,
      end: 0,
      missing: [],
      output: '',
    });
  }
}, 240_000);

it('who is suspended is refused and thrown out of an open stream within ten seconds of the approval', async () => {
  const officer = system.asPerson('post:CI');
  const stream = officer.inbox.follow({ signal: AbortSignal.timeout(60_000) });
  const thrownOut = (async () => {
    try {
      for await (const event of stream) if (event.type === 'delivery') continue;
      return { atMs: performance.now(), reason: 'it just ended' };
    } catch (error) {
      return { atMs: performance.now(), reason: error instanceof ChappeProblem ? error.code : String(error) };
    }
  })();
  expect((await officer.me()).actingAs.code).toBe('post:CI');
  const proposed = await type(
    'chappe directory propose --suspend person-officer-post-CI --reason "left the service" --json',
  );
  const { proposalId } = JSON.parse(proposed.output) as { proposalId: string };

  // The proposer's own approval changes nothing.
  const own = await type(`chappe directory approve ${proposalId}`);
  expect([own.end, own.output]).toEqual([4, expect.stringContaining('second-person-required')]);
  expect((await officer.me()).actingAs.code).toBe('post:CI');

  const approvedAtMs = performance.now();
  const approved = await type(`chappe directory approve ${proposalId} --login directory-admin-2`);
  expect(approved.end).toBe(0);
  const end = await thrownOut;
  expect(end.reason).toBe('suspended');
  expect(end.atMs - approvedAtMs).toBeLessThan(10_000);
  await expect(officer.me()).rejects.toMatchObject({ code: 'suspended' });
  // The post itself goes on.
  expect((await system.as('post:CI').me()).actingAs.code).toBe('post:CI');
}, 120_000);

it('a release with a failing example is refused with its place, and the release in force stays', async () => {
  const before = await type('chappe directory history --limit 1 --json');
  const changes = [
    { list: 'rules', key: 'rule/trafficking-to-trafficking', set: { match: { countries: ['IS'] } } },
  ];
  const refused = await type(
    `printf '%s' '${JSON.stringify({ changes })}' | chappe directory propose - --reason "a test"`,
  );
  expect(refused.end).toBe(3);
  expect(refused.output).toContain('/changes/0/set/examples/0');
  expect(refused.output).toContain('directory-not-sound');
  expect((await type('chappe directory history --limit 1 --json')).output).toBe(before.output);
}, 60_000);

it('what is exported comes back from a file; faults are told by file and place, in French too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chappe-directory-'));
  try {
    const file = join(folder, 'all.json');
    expect((await type(`chappe directory export > '${file}'`)).end).toBe(0);
    const content = JSON.parse(await readFile(file, 'utf8')) as { rules: { action: string[] }[] };
    const same = await type(`chappe --lang fr directory propose '${folder}' --reason "rien de neuf"`);
    expect([same.end, same.output]).toEqual([3, expect.stringContaining('La proposition ne change rien')]);

    const [first, ...others] = content.rules;
    const rules = [{ ...first, action: ['desk:nowhere'] }, ...others];
    await writeFile(file, JSON.stringify({ ...content, rules }));
    const broken = await type(`chappe --lang fr directory propose '${file}' --reason "une erreur"`);
    expect([broken.end, broken.output]).toEqual([3, expect.stringContaining('all.json#/rules/0/action/0')]);

    await writeFile(file, JSON.stringify({ ...content, rules: others }));
    const proposed = await type(`chappe --lang fr directory propose '${file}' --reason "une règle de moins"`);
    expect([proposed.end, proposed.output]).toEqual([0, expect.stringContaining('Retire la règle')]);
    const [, proposalId = ''] = /proposé ([0-9a-f-]{36})/.exec(proposed.output) ?? [];
    expect((await type(`chappe directory show ${proposalId} --json`)).output).toContain('"kind": "FILES"');
    const other = await type(`chappe directory withdraw ${proposalId} --login directory-admin-2`);
    expect(other.end).toBe(4);
    expect(await type(`chappe --lang fr directory withdraw ${proposalId}`)).toMatchObject({ end: 0 });
    expect((await type('chappe directory show')).output).toContain('Nothing waits.');
    expect((await type('chappe directory show 00000000')).end).toBe(2);
    expect((await type('chappe directory propose --suspend nobody --reason "a test"')).end).toBe(2);
  } finally {
    await rm(folder, { recursive: true });
  }
}, 120_000);
