import { type Command, InvalidArgumentError, Option } from 'commander';
import { clientOption, positive, several, whole } from './command-options.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds `chappe webhook …`: where word of new items is sent, for whoever keeps a system that wants it. */
export function addWebhookCommands(declare: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  const webhook = declare(
    'webhook',
    {
      en: 'have a system of yours called about new items',
      fr: 'faire appeler l’un de vos systèmes à chaque nouvel élément',
    },
    [
      'chappe webhook add https://hooks.example.org/chappe --purpose "files leads" --secret-file chappe.secret --client',
      'chappe webhook verify 5f0c --client',
      'chappe webhook move 5f0c https://new.example.org/chappe --client',
      'chappe webhook history 5f0c --state pending --client',
    ],
  );
  const sub = (name: string, description: Text): Command =>
    webhook.command(name).description(t(description)).addOption(clientOption(terminal));
  const acts = () => import('./commands/webhook-acts.ts');
  const secretFile = [
    '--secret-file <file>',
    t({
      en: 'write the secret there, for you alone to read, instead of showing it',
      fr: 'y écrire le secret, lisible par vous seul, au lieu de l’afficher',
    }),
  ] as const;

  sub('list', { en: 'the webhooks of this correspondent', fr: 'les webhooks de ce correspondant' }).action(
    async (_, self: Command) => {
      await run(async () =>
        (await import('./commands/webhook-lists.ts')).list(terminal, self.optsWithGlobals()),
      );
    },
  );

  sub('add <url>', {
    en: 'register a target and get its secret, once',
    fr: 'déclarer une cible et obtenir son secret, une seule fois',
  })
    .requiredOption(
      '--purpose <words>',
      t({ en: 'what for; it is audited', fr: 'à quelle fin ; c’est audité' }),
    )
    .option(...secretFile)
    .option('--lane <lane>', t({ en: 'only these lanes', fr: 'seulement ces voies' }), several)
    .option('--kind <kind>', t({ en: 'only these kinds', fr: 'seulement ces natures' }), several)
    .option(
      '--role <role>',
      t({ en: 'only in these roles (action…)', fr: 'seulement à ces titres (action…)' }),
      several,
    )
    .option(
      '--since <number>',
      t({ en: 'begin after this number of the inbox', fr: 'commencer après ce numéro de la boîte' }),
      whole(terminal),
    )
    .addOption(
      new Option(
        '--signature <form>',
        t({ en: 'common secret, or public key', fr: 'secret commun, ou clé publique' }),
      ).choices(['v1', 'v1a']),
    )
    .action(async (url: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/webhook-secrets.ts')).add(terminal, url, self.optsWithGlobals()),
      );
    });

  sub('verify <webhook>', {
    en: 'have the target prove that it knows the secret, and begin',
    fr: 'faire prouver à la cible qu’elle connaît le secret, et commencer',
  }).action(async (name: string, _, self: Command) => {
    await run(async () => (await acts()).verify(terminal, name, self.optsWithGlobals()));
  });

  sub('test <webhook>', {
    en: 'call the target now and say what came of it',
    fr: 'appeler la cible maintenant et dire ce qu’il en est',
  }).action(async (name: string, _, self: Command) => {
    await run(async () => (await acts()).test(terminal, name, self.optsWithGlobals()));
  });

  sub('rotate <webhook>', {
    en: 'get a new secret, once; the old one signs beside it for a while',
    fr: 'obtenir un nouveau secret, une seule fois ; l’ancien signe encore un temps',
  })
    .option(...secretFile)
    .option(
      '--overlap <hours>',
      t({ en: 'for how many hours (24)', fr: 'durant combien d’heures (24)' }),
      hours(terminal),
    )
    .action(async (name: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/webhook-secrets.ts')).rotate(terminal, name, self.optsWithGlobals()),
      );
    });

  sub('pause <webhook>', {
    en: 'send nothing for the time being',
    fr: 'ne rien envoyer pour le moment',
  }).action(async (name: string, _, self: Command) => {
    await run(async () => (await acts()).pause(terminal, name, self.optsWithGlobals()));
  });

  sub('resume <webhook>', {
    en: 'go on; all that came meanwhile is sent',
    fr: 'reprendre ; tout ce qui est venu entre-temps est envoyé',
  }).action(async (name: string, _, self: Command) => {
    await run(async () => (await acts()).resume(terminal, name, self.optsWithGlobals()));
  });

  sub('move <webhook> <url>', {
    en: 'change the address, once the new one has proven itself; what waits goes there',
    fr: 'changer d’adresse, une fois la nouvelle prouvée ; ce qui attend y est envoyé',
  }).action(async (name: string, url: string, _, self: Command) => {
    await run(async () => (await acts()).move(terminal, name, url, self.optsWithGlobals()));
  });

  sub('history <webhook>', {
    en: 'what was sent, the newest first, with each attempt',
    fr: 'ce qui a été envoyé, le plus récent d’abord, avec chaque essai',
  })
    .option('--limit <count>', t({ en: 'at most so many', fr: 'au plus tant' }), positive(terminal))
    .option('--before <number>', t({ en: 'older than this', fr: 'plus anciens que' }), positive(terminal))
    .addOption(
      new Option('--state <state>', t({ en: 'only these', fr: 'seulement ceux-ci' })).choices([
        'pending',
        'delivered',
        'failed',
      ]),
    )
    .action(async (name: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/webhook-lists.ts')).history(terminal, name, self.optsWithGlobals()),
      );
    });

  sub('resend <webhook> <number>', {
    en: 'send an item again, by its number in the inbox',
    fr: 'renvoyer un élément, par son numéro dans la boîte',
  }).action(async (name: string, number: string, _, self: Command) => {
    await run(async () => (await acts()).resend(terminal, name, number, self.optsWithGlobals()));
  });

  sub('remove <webhook>', {
    en: 'delete it with its secrets and history',
    fr: 'le supprimer avec ses secrets et son historique',
  }).action(async (name: string, _, self: Command) => {
    await run(async () => (await acts()).remove(terminal, name, self.optsWithGlobals()));
  });
}

const mostHours = 168;

/** Hours from zero to a week, parts of one allowed. */
function hours({ say }: Terminal): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() !== '' && number >= 0 && number <= mostHours) return number;
    throw new InvalidArgumentError(
      say({ en: 'It must be hours, 168 at most.', fr: 'Il faut des heures, 168 au plus.' }),
    );
  };
}
