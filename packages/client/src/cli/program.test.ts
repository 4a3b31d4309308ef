import * as schemas from '@chappe/schemas';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { codeChoices } from './code-choices.ts';
import type { Language } from './language.ts';
import { createProgram } from './program.ts';
import { createTerminal } from './terminal.ts';

const silent = { write: () => true };

function programIn(language: Language): Command {
  const signal = new AbortController().signal;
  const options = { env: {}, cwd: '/', language, noColour: true, signal };
  const input = (async function* () {})();
  return createProgram(createTerminal(options, { input, output: silent, errors: silent }), async () => {});
}

/** Every text of the program's help, by where it stands. */
function textsOf(command: Command, path = 'chappe'): [string, string][] {
  return [
    [path, command.description()],
    ...command.options.map((option): [string, string] => [`${path} ${option.flags}`, option.description]),
    ...command.commands.flatMap((sub) => textsOf(sub, `${path} ${sub.name()}`)),
  ];
}

/** Texts that are the same in both languages because they are codes. */
const codesOnly = [/ --classification </, / --crime-area </];

describe('the help of every command', () => {
  const english = new Map(textsOf(programIn('en')));
  const french = new Map(textsOf(programIn('fr')));

  it('says something in both languages, and not the same', () => {
    expect(english.size).toBeGreaterThan(100);
    expect([...french.keys()]).toEqual([...english.keys()]);
    const amiss = [...english].filter(
      ([place, text]) =>
        text === '' ||
        french.get(place) === '' ||
        (french.get(place) === text && !codesOnly.some((code) => code.test(place))),
    );
    expect(amiss).toEqual([]);
  });

  it('has examples that are commands of the program', () => {
    const program = programIn('en');
    for (const command of program.commands) {
      let help = '';
      command
        .configureOutput({
          writeOut: (text) => {
            help += text;
          },
        })
        .outputHelp();
      const examples = help.split('\nExamples:\n')[1] ?? '';
      expect(examples, command.name()).toMatch(
        new RegExp(`^ {2}(?:chappe|curl|eval).*\\b${command.name()}\\b`, 'm'),
      );
    }
  });
});

it('offers exactly the codes of the schemas', () => {
  const lists: Record<keyof typeof codeChoices, readonly string[]> = {
    urgency: schemas.urgencyCodes,
    classification: schemas.classificationCodes,
    replyOutcome: schemas.replyOutcomeCodes,
    refusalGround: schemas.refusalGroundCodes,
    accessibility: schemas.accessibilityCodes,
    disclosureForm: schemas.disclosureFormCodes,
    legalBasis: schemas.legalBasisCodes,
    closureOutcome: schemas.closureOutcomeCodes,
  };
  for (const [name, choices] of Object.entries(codeChoices)) {
    const codes = lists[name as keyof typeof lists].filter((code) => code !== 'UNKNOWN');
    const typed = codes.map((code) => code.toLowerCase().replaceAll('_', '-'));
    expect([...choices].sort(), name).toEqual(typed.sort());
  }
});
