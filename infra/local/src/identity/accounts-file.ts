import type { JWK } from 'jose';
import type { DemonstrationPerson, DemonstrationSystem } from './demonstration-accounts.ts';
import { cliClient, resource } from './oidc-settings.ts';
import type { StackSecrets } from './stack-secrets.ts';

/** A person who can sign in, with the password. */
export interface StackAccount extends DemonstrationPerson {
  password: string;
  /** The same as `username`, by the name that the command line knows. */
  login: string;
}

/** A system that can sign in, with its key. */
export interface StackClient extends DemonstrationSystem {
  privateJwk: JWK;
}

/** What `.local/accounts.json` holds, for the command line and for tests. */
export interface AccountsFile {
  notice: string;
  resource: string;
  cli: { clientId: string; redirectUri: string };
  accounts: StackAccount[];
  clients: StackClient[];
}

/** Joins who can sign in with the secrets for it. */
export function accountsFile(
  people: readonly DemonstrationPerson[],
  systems: readonly DemonstrationSystem[],
  secrets: StackSecrets,
): AccountsFile {
  return {
    notice: 'Invented accounts of the demonstration on this machine. / Comptes inventés de la démonstration.',
    resource,
    cli: cliClient,
    accounts: people.map((person) => ({
      ...person,
      login: person.username,
      password: secrets.accounts[person.subject] ?? '',
    })),
    clients: systems.flatMap((system) => {
      const keys = secrets.clients[system.clientId];
      return keys === undefined ? [] : [{ ...system, privateJwk: keys.privateJwk }];
    }),
  };
}
