import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printJson } from '../print-json.ts';
import {
  cacheFolder,
  configFolder,
  type Profile,
  readProfiles,
  writeProfiles,
} from '../profiles/profile-file.ts';
import { type Column, formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `profile add`; the global ones among them are kept in the profile. */
export interface ProfileAddOptions {
  readonly url?: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly resource?: string;
  readonly keyFile?: string;
  readonly keyId?: string;
  readonly encryptKey?: boolean;
  readonly as?: string;
  readonly lang?: string;
}

const nameForm = /^[a-z0-9][a-z0-9._-]{0,39}$/i;

/** Adds a profile, or replaces the one of that name; the first one is in use at once. */
export async function addProfile(
  terminal: Terminal,
  name: string,
  options: ProfileAddOptions,
): Promise<ExitCode> {
  const { say, env } = terminal;
  if (!nameForm.test(name)) {
    throw new UsageError({
      en: `${name} is no name: letters, digits, . _ -`,
      fr: `${name} n'est pas un nom : lettres, chiffres, . _ -`,
    });
  }
  const { current, profiles } = await readProfiles(env);
  const profile: Profile = {
    url: httpsAddress(options.url, '--url'),
    issuer: httpsAddress(options.issuer, '--issuer'),
    clientId: options.clientId,
    resource: options.resource ?? 'urn:chappe:api',
    ...(await keyOf(terminal, name, options)),
    ...(options.as === undefined ? {} : { as: options.as }),
    ...(options.lang === 'en' || options.lang === 'fr' ? { language: options.lang } : {}),
  };
  const inUse = current ?? name;
  const path = await writeProfiles(env, { current: inUse, profiles: { ...profiles, [name]: profile } });
  terminal.out(
    say({ en: `profile ${name} is kept in ${path}`, fr: `le profil ${name} est gardé dans ${path}` }),
  );
  if (inUse !== name) terminal.out(terminal.colours.dim(`  chappe profile use ${name}`));
  else terminal.out(terminal.colours.dim('  chappe whoami'));
  return exitCodes.ok;
}

/** Lists the profiles. */
export async function listProfiles(
  terminal: Terminal,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const { current, profiles } = await readProfiles(terminal.env);
  const rows = Object.entries(profiles).map(([name, profile]) => ({
    name,
    inUse: name === current,
    signIn: profile.keyFile === undefined ? 'browser' : 'key',
    ...profile,
  }));
  if (options.json === true) {
    printJson(terminal, { items: rows });
    return exitCodes.ok;
  }
  const { say } = terminal;
  if (rows.length === 0) {
    terminal.out(say({ en: 'There is no profile.', fr: "Il n'y a pas de profil." }));
    return exitCodes.ok;
  }
  const columns: Column<(typeof rows)[number]>[] = [
    { head: '', cell: (row) => (row.inUse ? '*' : '') },
    { head: say({ en: 'NAME', fr: 'NOM' }), cell: (row) => row.name },
    { head: 'URL', cell: (row) => row.url },
    { head: say({ en: 'FOR', fr: 'POUR' }), cell: (row) => row.as ?? '' },
    {
      head: say({ en: 'SIGNS IN BY', fr: 'AUTHENTIFIÉ PAR' }),
      cell: (row) => row.keyFile ?? say({ en: 'browser', fr: 'navigateur' }),
      flexible: true,
    },
  ];
  for (const line of formatTable(columns, rows, terminal.width)) terminal.out(line);
  return exitCodes.ok;
}

/** Chooses the profile that is used where none is named. */
export async function useProfile(terminal: Terminal, name: string): Promise<ExitCode> {
  const { profiles } = await readProfiles(terminal.env);
  requireProfile(profiles, name);
  await writeProfiles(terminal.env, { current: name, profiles });
  terminal.out(terminal.say({ en: `${name} is in use`, fr: `${name} est utilisé` }));
  return exitCodes.ok;
}

/** Removes a profile with the key and the token that were kept for it; a key elsewhere stays where it is. */
export async function removeProfile(terminal: Terminal, name: string): Promise<ExitCode> {
  const { env, say } = terminal;
  const { current, profiles } = await readProfiles(env);
  requireProfile(profiles, name);
  const { [name]: _, ...rest } = profiles;
  await writeProfiles(env, { current: current === name ? undefined : current, profiles: rest });
  await rm(join(configFolder(env), 'keys', `${name}.pem`), { force: true });
  await rm(join(cacheFolder(env), `token-${name}.json`), { force: true });
  terminal.out(say({ en: `${name} is removed`, fr: `${name} est supprimé` }));
  return exitCodes.ok;
}

async function keyOf(
  terminal: Terminal,
  name: string,
  options: ProfileAddOptions,
): Promise<Partial<Profile>> {
  const { keyFile, keyId, encryptKey } = options;
  if (keyFile === undefined) {
    if (encryptKey !== true) return {};
    throw new UsageError({
      en: '--encrypt-key goes with --key-file',
      fr: '--encrypt-key accompagne --key-file',
    });
  }
  const { loadKey } = await import('../profiles/load-key.ts');
  const path = resolve(terminal.cwd, keyFile);
  // A key that does not open, or that others can read, is better found now than at two in the morning.
  const key = await loadKey(terminal, path, keyId === undefined ? {} : { keyId });
  const { keepEncrypted } = await import('../profiles/encrypt-key.ts');
  return {
    keyFile: encryptKey === true ? await keepEncrypted(terminal, name, key) : path,
    ...(key.kid === undefined ? {} : { keyId: key.kid }),
    ...(key.alg === undefined ? {} : { algorithm: key.alg }),
  };
}

function requireProfile(profiles: Readonly<Record<string, Profile>>, name: string): void {
  if (Object.hasOwn(profiles, name)) return;
  throw new UsageError({ en: `there is no profile ${name}`, fr: `il n'y a pas de profil ${name}` });
}

/** Tokens and content go there: only https, or this machine itself. */
function httpsAddress(given: string | undefined, option: string): string {
  if (given === undefined) throw new UsageError({ en: `${option} is missing`, fr: `il manque ${option}` });
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isLoopback = url !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return given;
  throw new UsageError(
    { en: `${option} ${given}: not an https address`, fr: `${option} ${given} : pas une adresse https` },
    { en: 'http is for this machine only', fr: 'http ne vaut que pour cette machine' },
  );
}
