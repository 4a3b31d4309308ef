import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** An option that may be repeated, or given several values with commas; never the word after it, which is the file. */
export function several(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...text.split(',').map((part) => part.trim())].filter((part) => part !== '');
}

/** An option that may be repeated, each time with one value: a file name may hold a comma. */
export function eachOne(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}

/** Acting as the correspondent's system. */
export function clientOption({ say }: Terminal): Option {
  return new Option(
    '--client',
    say({
      en: "as the correspondent's system, not its officer",
      fr: 'comme système du correspondant, non son officier',
    }),
  );
}

/** Reads a number above zero. */
export function positive({ say }: Terminal): (text: string) => number {
  return numberFrom(
    1,
    say({ en: 'It must be a number above zero.', fr: 'Il faut un nombre supérieur à zéro.' }),
  );
}

/** Reads a number that may be zero. */
export function whole({ say }: Terminal): (text: string) => number {
  return numberFrom(0, say({ en: 'It must be a number.', fr: 'Il faut un nombre.' }));
}

/** The options of a list that is read page by page. */
export function listOptions(target: Command, terminal: Terminal): Command {
  const t = (text: Text) => terminal.say(text);
  return target
    .option('--limit <count>', t({ en: 'at most so many', fr: 'au plus tant' }), positive(terminal))
    .option('--cursor <cursor>', t({ en: 'go on from here', fr: "reprendre d'ici" }));
}

function numberFrom(least: number, complaint: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(number) || number < least)
      throw new InvalidArgumentError(complaint);
    return number;
  };
}

/** Whose attention is asked for inside an addressee. */
export function attentionOption(target: Command, { say }: Terminal): Command {
  return target.option(
    '--attention <position>',
    say({
      en: 'for this function there (attaché), for it alone (attaché:exclusive); of several: post:CI=attaché',
      fr: 'pour cette fonction (attaché), pour elle seule (attaché:exclusive) ; parmi plusieurs : post:CI=attaché',
    }),
    eachOne,
  );
}
