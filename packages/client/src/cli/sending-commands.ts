import type { Command } from 'commander';
import { attentionOption, several } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Text } from './language.ts';
import { submissionOptions } from './submission-options.ts';
import type { Terminal } from './terminal.ts';

/** Adds what opens a matter: `flash` and `publish`. */
export function addSendingCommands(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  const publishOptions = (target: Command): Command => {
    const described = attentionOption(target, terminal)
      .option('--to <correspondent>', t({ en: 'for action', fr: 'pour action' }), several)
      .option('--info <correspondent>', t({ en: 'for information', fr: 'pour information' }), several)
      .option(
        '--crime-area <area>',
        t({
          en: 'terrorism, drug-trafficking, computer-crime…',
          fr: 'terrorism, drug-trafficking, computer-crime…',
        }),
        several,
      )
      .option(
        '--country <code>',
        t({ en: 'countries concerned, ISO 3166-1 (DJ)', fr: 'pays concernés, ISO 3166-1 (DJ)' }),
        several,
      )
      .option('--place <words>', t({ en: 'where', fr: 'où' }))
      .option(
        '--ground <ground>',
        t({
          en: 'why it may overtake (threat-to-life…)',
          fr: 'ce qui justifie la priorité (threat-to-life…)',
        }),
      )
      .option('--callback <number>', t({ en: 'how to call back now', fr: 'où rappeler maintenant' }))
      .option('--title <line>', t({ en: 'one line', fr: 'une ligne' }))
      .option('--classification <level>', 'not-protected, restricted, secret')
      .option(
        '--keyword <word>',
        t({ en: 'for routing and search', fr: 'pour le routage et la recherche' }),
        several,
      )
      .option('--language <tag>', t({ en: 'language of the text (fr)', fr: 'langue du texte (fr)' }))
      .option(
        '--emergency',
        t({
          en: 'threat to life: send without a releaser, reviewed within 24 h',
          fr: 'danger pour la vie : envoyer sans validateur, revue sous 24 h',
        }),
      )
      .option('--actual', t({ en: 'this is real', fr: "c'est réel" }))
      .option(
        '--exercise <id>',
        t({
          en: 'this is an exercise (the default in the demonstration)',
          fr: "c'est un exercice (par défaut dans la démonstration)",
        }),
      );
    return submissionOptions(described, terminal);
  };

  publishOptions(
    command(
      'flash <text>',
      { en: 'send a flash lead in one line', fr: 'envoyer un renseignement flash en une ligne' },
      [
        'chappe flash "armed men at the port gate" --place "Djibouti port" --country DJ --callback "+253 00 00 00 00"',
      ],
    ),
  ).action(async (text: string, _, self: Command) => {
    await run(async () =>
      (await import('./commands/publish.ts')).flash(terminal, text, self.optsWithGlobals()),
    );
  });

  publishOptions(
    command(
      'publish [file]',
      {
        en: 'send a message from a file, standard input (-) or flags',
        fr: "envoyer un message depuis un fichier, l'entrée standard (-) ou des options",
      },
      [
        'chappe publish packages/schemas/examples/lead.json --fresh --wait',
        'chappe publish - < leads.ndjson',
        'chappe publish --text "A known courier left for Abidjan" --to desk:trafficking --crime-area drug-trafficking',
      ],
    ),
  )
    .option(
      '--kind <kind>',
      t({
        en: 'lead; other kinds have their own commands, or come from a file',
        fr: 'lead ; les autres natures ont leurs commandes, ou viennent d’un fichier',
      }),
    )
    .option(
      '--urgency <urgency>',
      t({ en: 'routine (default), urgent, flash', fr: 'routine (par défaut), urgent, flash' }),
    )
    .option('--text <text>', t({ en: 'the text', fr: 'le texte' }))
    .option(
      '--fresh',
      t({
        en: "replace the file's submission id: a new sending",
        fr: "remplacer l'identifiant du fichier : un nouvel envoi",
      }),
    )
    .action(async (file: string | undefined, _, self: Command) => {
      await run(async () =>
        (await import('./commands/publish.ts')).publish(terminal, file, self.optsWithGlobals()),
      );
    });
}
