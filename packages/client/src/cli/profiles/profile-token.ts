import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord, parseJson } from '../../problem.ts';
import { createTokenCache } from '../../token-cache.ts';
import type { TokenProvider } from '../../transport.ts';
import type { Terminal } from '../terminal.ts';
import type { ChosenProfile } from './choose-profile.ts';
import { cacheFolder, writePrivately } from './profile-file.ts';

/** A token with less left than this is not begun with. */
const marginMs = 30_000;

/** The tokens of a profile: a system signs with its key, a person in the browser. */
export async function profileToken(terminal: Terminal, chosen: ChosenProfile): Promise<TokenProvider> {
  const { issuer, clientId, resource, keyFile, keyId, algorithm } = chosen.profile;
  if (keyFile === undefined) return personToken(terminal, chosen);
  const { loadKey } = await import('./load-key.ts');
  const privateJwk = await loadKey(terminal, keyFile, {
    ...(keyId === undefined ? {} : { keyId }),
    ...(algorithm === undefined ? {} : { algorithm }),
  });
  const { clientCredentials } = await import('../../client-credentials.ts');
  return clientCredentials({ issuer, clientId, privateJwk, resource });
}

/**
 * A person's token is kept between commands for its few minutes, in a file that nobody else can read; the means to
 * get another one is the provider's session in the browser, and is never kept here.
 */
function personToken(terminal: Terminal, { name, profile }: ChosenProfile): TokenProvider {
  const path = join(cacheFolder(terminal.env), `token-${name}.json`);
  const owner = JSON.stringify([profile.issuer, profile.clientId, profile.resource]);
  let isFirst = true;
  return createTokenCache(async () => {
    // What is on the disk is looked at once: a token that was refused must not come back from there.
    const kept = isFirst ? await readKept(path, owner, terminal.nowMs()) : undefined;
    isFirst = false;
    if (kept !== undefined) return kept;
    const { signInWithBrowser } = await import('./sign-in-with-browser.ts');
    const issued = await signInWithBrowser(terminal, profile);
    const expiresAtMs = terminal.nowMs() + issued.expiresInS * 1000;
    await writePrivately(path, JSON.stringify({ owner, accessToken: issued.accessToken, expiresAtMs }));
    return issued;
  });
}

async function readKept(path: string, owner: string, nowMs: number) {
  const text = await readFile(path, 'utf8').catch(() => ''); // absent or unreadable: one signs in
  const kept = parseJson(text);
  if (!isRecord(kept) || kept.owner !== owner) return undefined;
  const { accessToken, expiresAtMs } = kept;
  if (typeof accessToken !== 'string' || typeof expiresAtMs !== 'number') return undefined;
  if (expiresAtMs - nowMs < marginMs) return undefined;
  return { accessToken, expiresInS: (expiresAtMs - nowMs) / 1000 };
}
