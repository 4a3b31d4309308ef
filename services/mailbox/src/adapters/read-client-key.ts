import { readFile, stat } from 'node:fs/promises';
import type { ClientCredentials } from '@chappe/client';
import { ConfigurationError } from '@chappe/service-kit';

/**
 * Reads the private key of the mailbox's own client, a JWK, and refuses one that others on the machine can read.
 * Errors name the setting, never what the file holds.
 */
export async function readClientKey(file: string): Promise<ClientCredentials['privateJwk']> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) throw refused('can be read by others: chmod 600');
    const key: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (!isPrivateJwk(key)) throw refused('does not hold a private JWK');
    return key;
  } catch (error) {
    throw error instanceof ConfigurationError ? error : refused('cannot be read');
  }
}

function isPrivateJwk(key: unknown): key is ClientCredentials['privateJwk'] {
  return (
    typeof key === 'object' &&
    key !== null &&
    typeof Reflect.get(key, 'kty') === 'string' &&
    typeof Reflect.get(key, 'd') === 'string'
  );
}

function refused(message: string): ConfigurationError {
  return new ConfigurationError([`SERVICE_CLIENT_KEY_FILE ${message}`]);
}
