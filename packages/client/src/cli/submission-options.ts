import type { Command } from 'commander';
import { clientOption, eachOne } from './command-options.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** The options of every command that sends a message: as what, whether at all, and what to wait for. */
export function submissionOptions(target: Command, terminal: Terminal): Command {
  const t = (text: Text) => terminal.say(text);
  return target
    .option(
      '--attach <file>',
      t({
        en: 'a file to send with it; may be repeated, and goes on where a broken upload stood',
        fr: 'un fichier à joindre ; peut être répété, et reprend un envoi interrompu',
      }),
      eachOne,
    )
    .option(
      '--submission-id <uuid>',
      t({ en: 'repeat an earlier sending', fr: 'répéter un envoi précédent' }),
    )
    .option(
      '--dry-run',
      t({ en: 'say what would happen, send nothing', fr: 'dire ce qui se passerait, sans rien envoyer' }),
    )
    .option(
      '--wait',
      t({ en: 'wait until it is decided who gets it', fr: "attendre qu'il soit décidé qui le reçoit" }),
    )
    .addOption(clientOption(terminal));
}
