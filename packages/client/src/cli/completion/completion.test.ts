import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeChappe } from '../../../test/type-chappe.ts';

const run = promisify(execFile);
let folder: string;
let script: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chappe-completion-'));
  script = join(folder, 'chappe.bash');
  const { code, out } = await typeChappe(['completion', 'bash']);
  expect(code).toBe(0);
  await writeFile(script, out);
});
afterAll(() => rm(folder, { recursive: true }));

/** What bash offers at the end of a line, in a shell of its own. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const ask = `source "$0"; COMP_WORDS=(chappe "$@"); COMP_CWORD=$#; _chappe; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', ask, script, ...words]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it.each([
    [['re'], ['reply', 'release']],
    [['release', ''], expect.arrayContaining(['request', 'grant', 'refuse', '--json'])],
    [['reply', '--out'], ['--outcome']],
    [['reply', 'DJ-26-K7M2P4X-M', '--outcome', 'p'], ['partial']],
    [['--as', 'post:DJ', 'archive', 'sea'], ['search']],
    [['archive', 'search', '--rea'], ['--reason']],
    [['inbox', '--limit', ''], []],
    [['completion', '--js'], ['--json']],
  ])('%j offers %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  it('is registered for the command, and is what the real bash understands', async () => {
    const { stdout } = await run('bash', ['-c', 'source "$0"; complete -p chappe', script]);
    expect(stdout).toBe('complete -o default -F _chappe chappe\n');
  });
});

describe('completion in other shells', () => {
  it('zsh runs that of bash', async () => {
    const { out } = await typeChappe(['completion', 'zsh']);
    expect(out).toMatch(/^#compdef chappe\n[\s\S]*bashcompinit\n# chappe: completion for bash/);
  });

  it('fish has the descriptions, in the language asked for', async () => {
    const { out } = await typeChappe(['completion', 'fish', '--lang', 'fr']);
    expect(out).toContain(
      "complete -c chappe -f -n __fish_use_subcommand -a reply -d 'répondre à un message reçu'",
    );
    expect(out).toContain(
      "-n '__fish_seen_subcommand_from reply' -l outcome -r -f -a 'full partial negative refused extension'",
    );
    expect(out).toContain(
      "-n '__fish_seen_subcommand_from release; and not __fish_seen_subcommand_from request grant refuse' -a grant",
    );
    // Every quote is closed: an apostrophe of French does not end the text.
    for (const line of out.split('\n'))
      expect(line.replaceAll("\\'", '').split("'").length % 2, line).toBe(1);
  });

  it('knows no other', async () => {
    expect(await typeChappe(['completion', 'csh'])).toMatchObject({ code: 2 });
  });
});
