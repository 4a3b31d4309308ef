import type { Command } from 'commander';
import { codeOption } from './code-choices.ts';
import { several } from './command-options.ts';
import type { Text } from './language.ts';
import { submissionOptions } from './submission-options.ts';
import type { Terminal } from './terminal.ts';

/** The options of a command that takes a text as its last argument. */
export function textOptions(target: Command, terminal: Terminal): Command {
  const t = (text: Text) => terminal.say(text);
  return target.option(
    '--text-file <file>',
    t({
      en: 'the text from a file; - for standard input',
      fr: "le texte d'un fichier ; - pour l'entrée standard",
    }),
  );
}

/** The options of a command that sends a message about another one. */
export function followUpOptions(target: Command, terminal: Terminal): Command {
  const t = (text: Text) => terminal.say(text);
  const described = target
    .option(
      '--body <file>',
      t({
        en: 'JSON with further fields of the body (entities, relations…)',
        fr: 'JSON avec d’autres champs du corps (entités, relations…)',
      }),
    )
    .option(
      '--crime-area <area>',
      t({
        en: 'terrorism, drug-trafficking… (those of the original)',
        fr: "terrorism, drug-trafficking… (ceux de l'original)",
      }),
      several,
    )
    .addOption(
      codeOption(terminal, '--urgency <urgency>', 'urgency', {
        en: 'how fast it travels',
        fr: 'à quelle vitesse il circule',
      }),
    )
    .option(
      '--ground <ground>',
      t({
        en: 'why it may overtake (threat-to-life…)',
        fr: 'ce qui justifie la priorité (threat-to-life…)',
      }),
    )
    .addOption(
      codeOption(terminal, '--classification <level>', 'classification', {
        en: 'if not that of the original',
        fr: "si ce n'est celle de l'original",
      }),
    )
    .option('--language <tag>', t({ en: 'language of the text (fr)', fr: 'langue du texte (fr)' }));
  return submissionOptions(described, terminal);
}
