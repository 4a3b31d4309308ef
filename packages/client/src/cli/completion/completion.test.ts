import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
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

/** Whether a shell is on this machine; without it, its completion is not proven here, which the test says. */
async function isInstalled(shell: string): Promise<boolean> {
  return run(shell, ['--version']).then(
    () => true,
    () => false,
  );
}

const places: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['chappe re', ['reply', 'release']],
  ['chappe webhook re', ['resume', 'resend', 'remove']],
  ['chappe reply DJ-26-K7M2P4X-M --outcome p', ['partial']],
  ['chappe --as post:DJ archive sea', ['search']],
  ['chappe archive search --rea', ['--reason']],
  ['chappe webhook history 5f0c --js', ['--json']],
];

describe('completion in the real zsh', () => {
  // A window of its own, in which somebody types a line and asks what may follow.
  const ask = `
    zmodload zsh/zpty
    zpty shell zsh -f -i
    zpty -w shell "PROMPT=; RPROMPT=; stty -echo columns 300 rows 200; zstyle ':completion:*' list-colors ''
      unsetopt auto_menu prompt_sp; LISTMAX=0; fpath=($1 $fpath); autoload -Uz compinit; compinit -u -d $1/dump
      bindkey '^I' list-choices; print -r READY"
    while zpty -r shell line; do [[ $line == *READY* && $line != *print* ]] && break; done
    zpty -w -n shell "$2"$'\t'
    sleep 1
    zpty -w -n shell $'\x15print -r DONE\n'
    while zpty -r shell line; do
      [[ $line == *DONE* && $line != *print* ]] && break
      print -r -- $line
    done
    zpty -d shell`;

  it.for(places)('%s: offers %j', async ([line, words], context) => {
    if (!(await isInstalled('zsh'))) return context.skip('zsh is not installed here');
    await writeFile(join(folder, '_chappe'), await zshText());
    const { stdout } = await run('zsh', ['-f', '-c', ask, 'ask', folder, line], {
      env: { ...process.env, TERM: 'dumb' },
      timeout: 20_000,
    });
    const plain = stripVTControlCharacters(stdout).replaceAll('\r', '');
    const listed = plain.split('\n').flatMap((each) => /^(\S+)(?: +-- .+)?\s*$/.exec(each)?.[1] ?? []);
    expect(listed.toSorted()).toEqual(words.toSorted());
  });
});

async function zshText(): Promise<string> {
  return (await typeChappe(['completion', 'zsh'])).out;
}

describe('completion in the real fish', () => {
  it.for(places)('%s: offers %j, with what each does', async ([line, words], context) => {
    if (!(await isInstalled('fish'))) return context.skip('fish is not installed here');
    const file = join(folder, 'chappe.fish');
    await writeFile(file, (await typeChappe(['completion', 'fish'])).out);
    const ask = 'source $argv[1]; complete -C $argv[2]';
    const { stdout } = await run('fish', ['--no-config', '-c', ask, file, line]);
    const listed = stdout.split('\n').filter((each) => each !== '');
    expect(listed.map((each) => each.split('\t')[0]).toSorted()).toEqual(words.toSorted());
    for (const each of listed) expect(each).toMatch(/\t\S/);
  });
});

describe('completion in other shells', () => {
  it('zsh has the descriptions, in the language asked for, every quote closed', async () => {
    const { out } = await typeChappe(['completion', 'zsh', '--lang', 'fr']);
    expect(out).toMatch(/^#compdef chappe\n/);
    expect(out).toContain("'reply:répondre à un message reçu'");
    for (const line of out.split('\n'))
      expect(line.replaceAll("'\\''", '').split("'").length % 2, line).toBe(1);
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
