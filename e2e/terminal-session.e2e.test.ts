import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ExerciseStack, startExerciseStack } from './harness/exercise-stack.ts';
import { GuideReferences, type GuideStep, isShown, readSession } from './harness/guide-session.ts';
import { typeAndWait } from './harness/type-command.ts';
import { waitUntil } from './harness/wait-until.ts';

let system: ExerciseStack;
beforeAll(async () => {
  system = await startExerciseStack();
});
afterAll(() => system?.stop());

const entry = fileURLToPath(new URL('../packages/client/src/cli/main.ts', import.meta.url));
const notFound = 6;

/**
 * Types a line of a guide until it shows what the guide says. The reader of a guide comes to the next line when the
 * message has arrived; a test is faster than that, so what is not there yet is asked for again. A line that sends is
 * repeated only while the message it is about is not there, which sends nothing.
 */
async function typeStep(step: GuideStep, references: GuideReferences): Promise<string> {
  const line = references.fill(step.command);
  const isReading =
    !/^chappe (?:flash|publish|import|supplement|correct|ask|reply|dispatch|disclose|cancel|close)\b/.test(
      line,
    );
  let last = '';
  const output = await waitUntil(
    `${step.guide}:${step.line} ${line}`,
    async () => {
      const shell = `chappe() { '${process.execPath}' '${entry}' "$@"; }; ${line}`;
      const { end, output: text } = await typeAndWait(shell, { CHAPPE_STACK: system.stack.dataDir });
      last = text;
      if (end === notFound) return undefined;
      if (end !== 0) return `it ended with ${end}:\n${text}`;
      for (const shown of step.shown) references.bind(shown, text);
      const missing = step.shown
        .map((words) => references.fill(words))
        .filter((words) => !isShown(words, text));
      if (missing.length === 0) return '';
      return isReading ? undefined : `it does not show ${JSON.stringify(missing)}:\n${text}`;
    },
    60_000,
  ).catch((error: Error) => `${error.message}:\n${last}`);
  return output === '' ? '' : `${step.guide}:${step.line}: ${line}\n${output}`;
}

it('the sessions of the guides do what they say, from a lead to the COMPLIED of its recall', async () => {
  const guides = ['guide-post.md', 'guide-desk.md'];
  const sessions = await Promise.all(
    guides.map((name) => readSession(new URL(`../docs/${name}`, import.meta.url))),
  );
  const steps = sessions.flat();
  expect(steps.length).toBeGreaterThan(25);
  // Each of the commands that the guides are about is really typed.
  const typed = new Set(steps.map(({ command }) => command.split(' ')[1]));
  expect([...typed]).toEqual(
    expect.arrayContaining(
      'flash publish import supplement correct thread ack ask reply dispatch disclose cancel track close'.split(
        ' ',
      ),
    ),
  );
  const references = new GuideReferences();
  for (const step of steps) expect(await typeStep(step, references)).toBe('');
}, 300_000);
