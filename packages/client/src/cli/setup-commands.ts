import type { Command } from 'commander';
import { clientOption } from './command-options.ts';
import type { GlobalOptions } from './connect.ts';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Terminal } from './terminal.ts';

/** Adds what is about the user and the place: `whoami`, `correspondents`, `token` and `doctor`. */
export function addSetupCommands(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
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
    .addOption(clientOption(terminal))
    .action(async (_, self: Command) => {
      await run(async () => (await import('./commands/token.ts')).token(terminal, self.optsWithGlobals()));
    });
}
