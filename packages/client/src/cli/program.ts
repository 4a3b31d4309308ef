import { Command, InvalidArgumentError, Option } from 'commander';
import type { GlobalOptions } from './connect.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Text } from './language.ts';
import { addReceiptCommands } from './receipt-commands.ts';
import type { Terminal } from './terminal.ts';

type Act = (terminal: Terminal) => Promise<ExitCode>;

/**
 * The command line as commander sees it. Each command imports what it runs only when it runs, so that
 * `--help` and a flash start without loading the rest.
 */
export function createProgram(terminal: Terminal, run: (act: Act) => Promise<void>): Command {
  const t = (text: Text) => terminal.say(text);
  const program = new Command('chappe');
  const command = (name: string, description: Text, examples: readonly string[]): Command =>
    program.command(name).description(t(description)).addHelpText('after', examplesText(t, examples));

  program
    .description(
      t({
        en: 'Exchange operational messages with Chappe.',
        fr: 'Échanger des messages opérationnels avec Chappe.',
      }),
    )
    .option(
      '--as <correspondent>',
      t({ en: 'act for this correspondent (CHAPPE_AS)', fr: 'agir pour ce correspondant (CHAPPE_AS)' }),
    )
    .option('--url <origin>', t({ en: 'where Chappe is (CHAPPE_URL)', fr: 'adresse de Chappe (CHAPPE_URL)' }))
    .option('--login <account>', t({ en: 'which demonstration account', fr: 'quel compte de démonstration' }))
    .option(
      '--json',
      t({
        en: 'for programs: one JSON document, or one a line with --follow',
        fr: 'pour les programmes : un document JSON, ou un par ligne avec --follow',
      }),
    )
    .option(
      '--timeout <seconds>',
      t({ en: 'patience for one attempt (10)', fr: 'patience pour un essai (10)' }),
      positive(t),
    )
    .option('--lang <language>', t({ en: 'en or fr (LC_ALL, LANG)', fr: 'en ou fr (LC_ALL, LANG)' }))
    .option('--no-color', t({ en: 'no colours (NO_COLOR)', fr: 'sans couleurs (NO_COLOR)' }))
    .helpOption('-h, --help', t({ en: 'this help', fr: 'cette aide' }))
    .helpCommand('help [command]', t({ en: 'help on a command', fr: "l'aide d'une commande" }))
    .showSuggestionAfterError(true)
    .addHelpText('after', overviewText(t));

  const publishOptions = (target: Command): Command =>
    target
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
      .addOption(clientOption(t));

  command(
    'token',
    {
      en: 'print an access token of a demonstration account',
      fr: "afficher un jeton d'accès d'un compte de démonstration",
    },
    [
      'chappe token --as post:DJ',
      'curl -H "Authorization: Bearer $(chappe token --as post:DJ)" http://127.0.0.1:8080/v1/me',
    ],
  )
    .addOption(clientOption(t))
    .action(async (_, self: Command) => {
      await run(async () => (await import('./commands/token.ts')).token(terminal, self.optsWithGlobals()));
    });

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
        en: 'lead (default) or supplement; others from a file',
        fr: 'lead (par défaut) ou supplement ; les autres par fichier',
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

  command('inbox', { en: 'what this correspondent received', fr: 'ce que ce correspondant a reçu' }, [
    'chappe inbox --as desk:counter-terrorism --limit 20',
    'chappe inbox --follow --json --as desk:duty',
    'chappe inbox --unread --action --as desk:duty',
  ])
    .option('-f, --follow', t({ en: 'go on as it fills', fr: 'continuer à mesure' }))
    .option(
      '--after <number>',
      t({ en: 'only what comes after this number', fr: 'seulement après ce numéro' }),
      whole(t),
    )
    .option('--limit <count>', t({ en: 'at most so many', fr: 'au plus tant' }), positive(t))
    .option('--unread', t({ en: 'only what nobody has touched', fr: "seulement ce que personne n'a touché" }))
    .option('--action', t({ en: 'only what is for action', fr: 'seulement ce qui est pour action' }))
    .option('--mine', t({ en: 'only what is yours to do', fr: 'seulement ce qui vous revient' }))
    .addOption(clientOption(t))
    .action(async (_, self: Command) => {
      await run(async () => (await import('./commands/inbox.ts')).inbox(terminal, self.optsWithGlobals()));
    });

  command(
    'status <message>',
    { en: 'what became of a sent message', fr: "ce qu'est devenu un message envoyé" },
    ['chappe status DJ-26-K7M2P4X-M'],
  )
    .option(
      '--submission-id <uuid>',
      t({ en: 'shows it before it is decided', fr: 'le montre avant la décision' }),
    )
    .action(async (name: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/status.ts')).status(terminal, name, self.optsWithGlobals()),
      );
    });

  addReceiptCommands(command, terminal, run);

  const listOptions = (target: Command): Command =>
    target
      .option('--limit <count>', t({ en: 'at most so many', fr: 'au plus tant' }), positive(t))
      .option('--cursor <cursor>', t({ en: 'go on from here', fr: "reprendre d'ici" }));

  listOptions(
    command('sent', { en: 'what this correspondent sent', fr: 'ce que ce correspondant a envoyé' }, [
      'chappe sent --limit 20',
    ]),
  ).action(async (_, self: Command) => {
    await run(async () => (await import('./commands/lists.ts')).sent(terminal, self.optsWithGlobals()));
  });

  command('thread <threadId>', { en: 'a thread in its order', fr: 'un fil dans son ordre' }, [
    'chappe thread 01900000-0000-8000-8000-000000000000',
  ]).action(async (threadId: string, _, self: Command) => {
    await run(async () =>
      (await import('./commands/lists.ts')).thread(terminal, threadId, self.optsWithGlobals()),
    );
  });

  const archive = command(
    'archive',
    {
      en: 'search and read the archive; every use is logged with its reason',
      fr: 'chercher et lire dans les archives ; tout est journalisé avec son motif',
    },
    ['chappe archive search courier --reason "case 2026-114" --as desk:trafficking'],
  );
  const reason = ['--reason <words>', t({ en: 'why; it is logged', fr: 'pourquoi ; journalisé' })] as const;
  listOptions(archive.command('search [words]').description(t({ en: 'search', fr: 'chercher' })))
    .requiredOption(...reason)
    .action(async (words: string | undefined, _, self: Command) => {
      await run(async () =>
        (await import('./commands/lists.ts')).searchArchive(terminal, words, self.optsWithGlobals()),
      );
    });
  archive
    .command('read <messageId>')
    .description(t({ en: 'read one message', fr: 'lire un message' }))
    .requiredOption(...reason)
    .action(async (messageId: string, _, self: Command) => {
      await run(async () =>
        (await import('./commands/lists.ts')).readArchive(terminal, messageId, self.optsWithGlobals()),
      );
    });

  command('whoami', { en: 'for whom the server takes you', fr: 'pour qui le serveur vous prend' }, [
    'chappe whoami --as desk:cyber',
  ]).action(async (_, self: Command) => {
    await run(async () => (await import('./commands/lists.ts')).whoami(terminal, self.optsWithGlobals()));
  });

  command(
    'correspondents',
    { en: 'the codes a message can be addressed to', fr: 'les codes auxquels adresser un message' },
    ['chappe correspondents'],
  ).action(async (_, self: Command) => {
    await run(async () =>
      (await import('./commands/lists.ts')).correspondents(terminal, self.optsWithGlobals()),
    );
  });

  command(
    'doctor',
    {
      en: 'look for what is wrong with the local stack',
      fr: 'chercher ce qui ne va pas sur la plateforme locale',
    },
    ['chappe doctor', 'chappe doctor --json'],
  ).action(async (_, self: Command) => {
    await run(async () =>
      (await import('./commands/doctor.ts')).doctor(terminal, self.optsWithGlobals<GlobalOptions>()),
    );
  });

  return program;
}

/** An option that may be repeated, or given several values with commas; never the word after it, which is the file. */
function several(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), ...text.split(',').map((part) => part.trim())].filter((part) => part !== '');
}

type Say = (text: Text) => string;

function clientOption(t: Say): Option {
  return new Option(
    '--client',
    t({
      en: "as the correspondent's system, not its officer",
      fr: 'comme système du correspondant, non son officier',
    }),
  );
}

function positive(t: Say): (text: string) => number {
  return numberFrom(
    1,
    t({ en: 'It must be a number above zero.', fr: 'Il faut un nombre supérieur à zéro.' }),
  );
}

function whole(t: Say): (text: string) => number {
  return numberFrom(0, t({ en: 'It must be a number.', fr: 'Il faut un nombre.' }));
}

function numberFrom(least: number, complaint: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (text.trim() === '' || !Number.isSafeInteger(number) || number < least)
      throw new InvalidArgumentError(complaint);
    return number;
  };
}

function examplesText(t: Say, examples: readonly string[]): string {
  return `\n${t({ en: 'Examples:', fr: 'Exemples :' })}\n${examples.map((example) => `  ${example}`).join('\n')}`;
}

function overviewText(t: Say): string {
  return t({
    en: `
Exit codes: 0 done, 1 unexpected, 2 usage, 3 refused, 4 not allowed, 5 no answer (safe to repeat),
  6 not found, 7 refused after acceptance, 8 doctor found something, 130 interrupted.
Options of one command: chappe help <command>`,
    fr: `
Codes de sortie : 0 fait, 1 inattendu, 2 usage, 3 refusé, 4 non autorisé, 5 sans réponse (répétition sans
  risque), 6 introuvable, 7 refusé après acceptation, 8 défaut trouvé par doctor, 130 interrompu.
Options d'une commande : chappe help <commande>`,
  });
}
