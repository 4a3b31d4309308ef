import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { JWK } from 'jose';
import { isRecord, parseJson } from '../../problem.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** What is known of a key beside its file. */
export interface KeyHints {
  readonly keyId?: string;
  readonly algorithm?: string;
}

/** Shorter ones are guessed: what protects the key is only as good as this. */
export const shortestPassphrase = 12;

/**
 * Loads a system's private key: a JWK, or PEM (PKCS#8, the encrypted form included). A key that is not encrypted is
 * refused when anybody but its owner can read the file.
 */
export async function loadKey(terminal: Terminal, path: string, hints: KeyHints = {}): Promise<JWK> {
  const text = await readKeyFile(path);
  const isEncrypted = text.includes('ENCRYPTED');
  if (!isEncrypted) await refuseIfShared(path);
  const given = parseJson(text);
  if (isRecord(given)) {
    if (typeof given.d === 'string') return { ...given, ...named(hints) };
    throw notAKey(path);
  }
  const key = await openPem(terminal, path, text, isEncrypted);
  const algorithm = hints.algorithm ?? algorithmOf(key);
  return { ...key.export({ format: 'jwk' }), ...named({ ...hints, algorithm }) } as JWK;
}

/** The passphrase of keys: CHAPPE_PASSPHRASE, or asked for at the keyboard. */
export async function obtainPassphrase(terminal: Terminal, path: string): Promise<string> {
  const given = terminal.env.CHAPPE_PASSPHRASE;
  if (given !== undefined && given !== '') return given;
  const asked = await terminal.askSecret(
    terminal.say({ en: `Passphrase of ${path}: `, fr: `Phrase secrète de ${path} : ` }),
  );
  if (asked !== undefined && asked !== '') return asked;
  throw new UsageError(
    { en: `${path} is encrypted.`, fr: `${path} est chiffré.` },
    { en: 'set CHAPPE_PASSPHRASE', fr: 'définissez CHAPPE_PASSPHRASE' },
  );
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new UsageError({ en: `cannot read the key ${path}`, fr: `impossible de lire la clé ${path}` });
  }
}

async function refuseIfShared(path: string): Promise<void> {
  // Windows has no such bits; there the folder's rights decide.
  if (process.platform === 'win32') return;
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  throw new UsageError(
    {
      en: `others can read the key ${path} (mode ${(mode & 0o777).toString(8)}): I do not use it.`,
      fr: `d'autres peuvent lire la clé ${path} (mode ${(mode & 0o777).toString(8)}) : je ne l'utilise pas.`,
    },
    {
      en: `chmod 600 '${path}', and have a new one made if somebody may have read it`,
      fr: `chmod 600 '${path}', et faites-en faire une autre si quelqu'un a pu la lire`,
    },
  );
}

async function openPem(
  terminal: Terminal,
  path: string,
  text: string,
  isEncrypted: boolean,
): Promise<KeyObject> {
  const passphrase = isEncrypted ? await obtainPassphrase(terminal, path) : undefined;
  try {
    return createPrivateKey({
      key: text,
      format: 'pem',
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch {
    if (!isEncrypted) throw notAKey(path);
    throw new UsageError({
      en: `the passphrase does not open ${path}`,
      fr: `la phrase secrète n'ouvre pas ${path}`,
    });
  }
}

/** RFC 7518 and RFC 8037: what a key of this kind signs with. */
function algorithmOf(key: KeyObject): string {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (key.asymmetricKeyType === 'rsa') return 'PS256';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === 'secp384r1') return 'ES384';
  return curve === 'secp521r1' ? 'ES512' : 'ES256';
}

function named({ keyId, algorithm }: KeyHints): Partial<JWK> {
  return {
    ...(keyId === undefined ? {} : { kid: keyId }),
    ...(algorithm === undefined ? {} : { alg: algorithm }),
  };
}

function notAKey(path: string): UsageError {
  return new UsageError(
    { en: `${path} is no private key`, fr: `${path} n'est pas une clé privée` },
    { en: 'it must be a private JWK, or PEM (PKCS#8)', fr: 'il faut une JWK privée, ou PEM (PKCS#8)' },
  );
}
