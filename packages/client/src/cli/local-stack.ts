import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isRecord } from '../problem.ts';
import { UsageError } from './usage-error.ts';

/** What the command needs of a stack that runs on this machine. */
export interface LocalStack {
  readonly path: string;
  readonly url: string;
  readonly issuer: string;
  readonly brokers: readonly string[];
  readonly services: Readonly<Record<string, string>>;
  readonly pids: Readonly<Record<string, number>>;
}

/** A demonstration account of the local stack. */
export interface LocalAccount {
  readonly login: string;
  readonly password: string;
  readonly correspondent: string;
}

/** The system of a correspondent on the local stack. */
export interface LocalSystem {
  readonly clientId: string;
  readonly correspondent: string;
  readonly privateJwk: Readonly<Record<string, unknown>>;
}

/** The demonstration accounts that the local stack made at its first start. */
export interface LocalAccounts {
  readonly resource: string;
  readonly cli: { readonly clientId: string; readonly redirectUri: string };
  readonly accounts: readonly LocalAccount[];
  readonly clients: readonly LocalSystem[];
}

/** Finds the stack file: `$CHAPPE_STACK` (the file or its folder), else `.local/stack.json` here or above. */
export async function findLocalStack(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LocalStack | undefined> {
  const given = env.CHAPPE_STACK;
  if (given !== undefined && given !== '') {
    const path = resolve(cwd, given.endsWith('.json') ? given : join(given, 'stack.json'));
    const stack = await readJsonFile(path);
    if (stack === undefined) {
      throw new UsageError({
        en: `CHAPPE_STACK names no file: ${path}`,
        fr: `CHAPPE_STACK ne désigne aucun fichier : ${path}`,
      });
    }
    return stackFrom(path, stack);
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = join(folder, '.local', 'stack.json');
    const stack = await readJsonFile(path);
    if (stack !== undefined) return stackFrom(path, stack);
    if (dirname(folder) === folder) return undefined;
  }
}

/** Reads the accounts that belong to a stack. */
export async function readLocalAccounts(stack: LocalStack): Promise<LocalAccounts> {
  const path = join(dirname(stack.path), 'accounts.json');
  const given = await readJsonFile(path);
  if (!isRecord(given) || !isRecord(given.cli)) {
    throw new UsageError(
      {
        en: `there are no demonstration accounts at ${path}`,
        fr: `aucun compte de démonstration dans ${path}`,
      },
      { en: 'start the stack with `npm start`', fr: 'démarrez la plateforme avec `npm start`' },
    );
  }
  return {
    resource: typeof given.resource === 'string' ? given.resource : 'urn:chappe:api',
    cli: { clientId: String(given.cli.clientId), redirectUri: String(given.cli.redirectUri) },
    accounts: listOf(given.accounts).filter(isAccount),
    clients: listOf(given.clients).filter(isSystem),
  };
}

function stackFrom(path: string, given: unknown): LocalStack {
  if (!isRecord(given) || typeof given.url !== 'string' || typeof given.issuer !== 'string') {
    throw new UsageError(
      {
        en: `${path} is not the file of a running stack`,
        fr: `${path} n'est pas le fichier d'une plateforme démarrée`,
      },
      { en: 'start it again with `npm start`', fr: 'redémarrez-la avec `npm start`' },
    );
  }
  const kafka = isRecord(given.kafka) ? given.kafka : {};
  return {
    path,
    url: given.url,
    issuer: given.issuer,
    brokers: listOf(kafka.brokers).filter((broker) => typeof broker === 'string'),
    services: entriesOf(given.services, (value) => typeof value === 'string'),
    pids: entriesOf(given.pids, (value) => typeof value === 'number'),
  };
}

function isAccount(value: unknown): value is LocalAccount {
  return (
    isRecord(value) &&
    [value.login, value.password, value.correspondent].every((part) => typeof part === 'string')
  );
}

function isSystem(value: unknown): value is LocalSystem {
  return (
    isRecord(value) &&
    typeof value.clientId === 'string' &&
    typeof value.correspondent === 'string' &&
    isRecord(value.privateJwk)
  );
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function entriesOf<T extends string | number>(
  value: unknown,
  is: (value: unknown) => boolean,
): Readonly<Record<string, T>> {
  const entries = isRecord(value) ? Object.entries(value).filter(([, part]) => is(part)) : [];
  return Object.fromEntries(entries) as Record<string, T>;
}

async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isRecord(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError({ en: `${path} is not JSON`, fr: `${path} n'est pas du JSON` });
  }
}
