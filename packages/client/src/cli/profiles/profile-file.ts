import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isRecord, parseJson } from '../../problem.ts';
import { UsageError } from '../usage-error.ts';

/** How to reach one Chappe, and as whom. It holds no secret: a key stays in its own file. */
export interface Profile {
  readonly url: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly resource: string;
  /** A system's private key, encrypted or readable by its owner alone. Without one a person signs in in the browser. */
  readonly keyFile?: string;
  /** The key's id with the provider, where it asks for one. */
  readonly keyId?: string;
  readonly algorithm?: string;
  /** The correspondent to act for. */
  readonly as?: string;
  readonly language?: 'en' | 'fr';
}

/** All profiles of a user, and the one in use. */
export interface Profiles {
  readonly current: string | undefined;
  readonly profiles: Readonly<Record<string, Profile>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the user's settings (XDG Base Directory Specification). */
export function configFolder(env: Environment): string {
  return join(baseFolder(env, 'XDG_CONFIG_HOME', '.config'), 'chappe');
}

/** The folder of what may be lost. */
export function cacheFolder(env: Environment): string {
  return join(baseFolder(env, 'XDG_CACHE_HOME', '.cache'), 'chappe');
}

/** Reads the profiles; none where there is no file yet. */
export async function readProfiles(env: Environment): Promise<Profiles> {
  const path = profilesPath(env);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isRecord(error) && error.code === 'ENOENT') return { current: undefined, profiles: {} };
    throw error;
  }
  const given = parseJson(text);
  const profiles = isRecord(given) && isRecord(given.profiles) ? given.profiles : undefined;
  if (!isRecord(given) || profiles === undefined || !Object.values(profiles).every(isProfile)) {
    throw new UsageError(
      { en: `${path} does not hold profiles`, fr: `${path} ne contient pas de profils` },
      { en: 'mend it, or remove it and add them again', fr: 'corrigez-le, ou supprimez-le et recommencez' },
    );
  }
  const current = typeof given.current === 'string' ? given.current : undefined;
  return { current, profiles: profiles as Record<string, Profile> };
}

/** Writes the profiles whole or not at all; only their owner can read them. */
export async function writeProfiles(env: Environment, { current, profiles }: Profiles): Promise<string> {
  const path = profilesPath(env);
  await writePrivately(path, `${JSON.stringify({ current: current ?? null, profiles }, null, 2)}\n`);
  return path;
}

/** Writes a file that only its owner can read, in a folder that only its owner can enter; whole or not at all. */
export async function writePrivately(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${process.pid}.new`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, path);
}

function profilesPath(env: Environment): string {
  return join(configFolder(env), 'profiles.json');
}

function baseFolder(env: Environment, variable: string, fallback: string): string {
  const given = env[variable];
  // The specification ignores a relative path.
  if (given?.startsWith('/')) return given;
  return join(env.HOME ?? homedir(), fallback);
}

function isProfile(value: unknown): value is Profile {
  return (
    isRecord(value) &&
    [value.url, value.issuer, value.clientId, value.resource].every((part) => typeof part === 'string') &&
    [value.keyFile, value.keyId, value.algorithm, value.as, value.language].every(
      (part) => part === undefined || typeof part === 'string',
    )
  );
}
