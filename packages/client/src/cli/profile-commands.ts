import type { Command } from 'commander';
import type { DeclareCommand, RunAct } from './declare-command.ts';
import type { Text } from './language.ts';
import type { Terminal } from './terminal.ts';

/** Adds `profile`: which Chappe is talked to, and as whom. */
export function addProfileCommands(command: DeclareCommand, terminal: Terminal, run: RunAct): void {
  const t = (text: Text) => terminal.say(text);
  const load = () => import('./commands/profile.ts');
  const profile = command(
    'profile',
    {
      en: 'keep addresses, keys and correspondents under a name',
      fr: 'garder adresses, clés et correspondants sous un nom',
    },
    [
      'chappe profile add real --url https://chappe.example --issuer https://id.example --client-id chappe-cli --as post:DJ',
      'chappe profile add system --url https://chappe.example --issuer https://id.example --client-id post-dj \\\n      --key-file key.pem --encrypt-key',
      'chappe profile use real',
      'chappe inbox --profile system',
    ],
  );
  profile
    .command('add <name>')
    .description(
      t({
        en: 'add or replace one; --url, --as and --lang are kept in it',
        fr: 'en ajouter ou remplacer un ; --url, --as et --lang y sont gardés',
      }),
    )
    .requiredOption('--issuer <url>', t({ en: 'the identity provider', fr: "le fournisseur d'identité" }))
    .requiredOption('--client-id <id>', t({ en: 'as which client', fr: 'comme quel client' }))
    .option(
      '--resource <uri>',
      t({ en: 'for which API (urn:chappe:api)', fr: 'pour quelle API (urn:chappe:api)' }),
    )
    .option(
      '--key-file <file>',
      t({
        en: 'a system’s private key, JWK or PEM; without one a person signs in in the browser',
        fr: 'clé privée d’un système, JWK ou PEM ; sans elle, une personne s’authentifie au navigateur',
      }),
    )
    .option('--key-id <id>', t({ en: 'its id with the provider (kid)', fr: 'son identifiant (kid)' }))
    .option(
      '--encrypt-key',
      t({
        en: 'keep a copy that a passphrase opens (CHAPPE_PASSPHRASE, or asked for)',
        fr: 'en garder une copie ouverte par une phrase secrète (CHAPPE_PASSPHRASE, ou demandée)',
      }),
    )
    .action(async (name: string, _, self: Command) => {
      await run(async () => (await load()).addProfile(terminal, name, self.optsWithGlobals()));
    });
  profile
    .command('list')
    .description(t({ en: 'those there are; * is in use', fr: 'ceux qui existent ; * est utilisé' }))
    .action(async (_, self: Command) => {
      await run(async () => (await load()).listProfiles(terminal, self.optsWithGlobals()));
    });
  profile
    .command('use <name>')
    .description(t({ en: 'use it where none is named', fr: "l'utiliser quand aucun n'est nommé" }))
    .action(async (name: string) => {
      await run(async () => (await load()).useProfile(terminal, name));
    });
  profile
    .command('remove <name>')
    .description(
      t({ en: 'remove it, and the key kept for it', fr: 'le supprimer, et la clé gardée pour lui' }),
    )
    .action(async (name: string) => {
      await run(async () => (await load()).removeProfile(terminal, name));
    });
}
