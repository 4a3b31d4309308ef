import { loadDemonstration } from '@chappe/directory';
import { serviceNames } from '@chappe/schemas';
import type { OidcOptions } from '@chappe/testing';
import { adminUser, operatorUser } from '../backing/start-backings.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { databaseServices } from '../services/service-catalogue.ts';
import { type AccountsFile, accountsFile } from './accounts-file.ts';
import { demonstrationPeople, demonstrationSystems } from './demonstration-accounts.ts';
import { oidcSettings } from './oidc-settings.ts';
import { loadSecrets, type StackSecrets } from './stack-secrets.ts';

/** Who may sign in to a stack and to its stores, and with what. */
export interface StackIdentity {
  secrets: StackSecrets;
  accounts: AccountsFile;
  oidc: OidcOptions;
}

/** Reads or makes the secrets of a stack, and writes down the accounts for the command line. */
export async function prepareIdentity(place: {
  dataDir: string;
  issuer: string;
  publicUrl: string;
}): Promise<StackIdentity> {
  const { dataDir, issuer, publicUrl } = place;
  const entries = loadDemonstration(issuer);
  const people = demonstrationPeople(entries);
  const systems = demonstrationSystems(entries);
  const secrets = await loadSecrets(`${dataDir}/secrets.json`, {
    kafkaUsers: [adminUser, operatorUser, ...serviceNames],
    postgresRoles: ['postgres', ...databaseServices],
    accounts: people.map((person) => person.subject),
    clients: systems.map((system) => system.clientId),
  });
  const accounts = accountsFile(people, systems, secrets);
  writeAtomically(`${dataDir}/accounts.json`, `${JSON.stringify(accounts, null, 2)}\n`);
  return {
    secrets,
    accounts,
    oidc: oidcSettings(people, secrets, { port: Number(new URL(issuer).port), publicUrl }),
  };
}
