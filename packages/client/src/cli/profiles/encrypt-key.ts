import { createPrivateKey, type JsonWebKey } from 'node:crypto';
import { join } from 'node:path';
import type { JWK } from 'jose';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { obtainPassphrase, shortestPassphrase } from './load-key.ts';
import { configFolder, writePrivately } from './profile-file.ts';

/**
 * Writes a key beside the profiles, encrypted with a passphrase. The form is PKCS#8 (RFC 5958, PBES2 with AES-256), which
 * `openssl pkcs8` reads and writes too, so that the key is not bound to this program.
 */
export async function keepEncrypted(terminal: Terminal, name: string, key: JWK): Promise<string> {
  const path = join(configFolder(terminal.env), 'keys', `${name}.pem`);
  const passphrase = await obtainPassphrase(terminal, path);
  if (passphrase.length < shortestPassphrase) {
    throw new UsageError({
      en: `the passphrase has ${passphrase.length} characters; it must have at least ${shortestPassphrase}`,
      fr: `la phrase secrète a ${passphrase.length} caractères ; il en faut au moins ${shortestPassphrase}`,
    });
  }
  if (terminal.env.CHAPPE_PASSPHRASE === undefined) {
    const again = await terminal.askSecret(terminal.say({ en: 'Once more: ', fr: 'Encore une fois : ' }));
    if (again !== passphrase) {
      throw new UsageError({ en: 'the two are not the same', fr: 'les deux ne sont pas les mêmes' });
    }
  }
  const pem = createPrivateKey({ key: key as JsonWebKey, format: 'jwk' }).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase,
  });
  await writePrivately(path, pem.toString());
  return path;
}
