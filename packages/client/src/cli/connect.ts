import { resolve } from 'node:path';
import type { ChappeClient } from '../create-client.ts';
import type { TokenProvider } from '../transport.ts';
import type { Language } from './language.ts';
import { findLocalStack, type LocalAccounts, type LocalStack, readLocalAccounts } from './local-stack.ts';
import { chooseProfile } from './profiles/choose-profile.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** The options that every command understands. */
export interface GlobalOptions {
  readonly url?: string;
  readonly as?: string;
  readonly profile?: string;
  /** Which of a correspondent's demonstration accounts; the first unless given. */
  readonly login?: string;
  readonly timeout?: number;
  readonly json?: boolean;
  readonly lang?: string;
  readonly color?: boolean;
}

/** How this run reaches Chappe, and as whom. */
export interface Connection {
  readonly url: string;
  readonly token: TokenProvider;
  readonly actingAs: string | undefined;
  readonly language: Language;
  /** The demonstration stack, where it is the one talked to. */
  readonly stack: LocalStack | undefined;
}

const firstDemonstrationPost = 'post:DJ';

/** Settles where to and as whom: options, then environment, then a profile, then the demonstration stack found here. */
export async function resolveConnection(
  terminal: Terminal,
  options: GlobalOptions & { readonly client?: boolean },
): Promise<Connection> {
  const { env, language } = terminal;
  const asked = options.as ?? env.CHAPPE_AS;
  const own = await ownCredentials(terminal);
  const named = options.url ?? env.CHAPPE_URL;
  const chosen =
    own === undefined ? await chooseProfile({ asked: options.profile, url: named, env }) : undefined;
  const stack = chosen === undefined ? await findLocalStack(terminal.cwd, env) : undefined;
  const url = named ?? chosen?.profile.url ?? stack?.url;
  if (url === undefined) {
    throw new UsageError(
      { en: 'I do not know where Chappe is.', fr: 'Je ne sais pas où se trouve Chappe.' },
      {
        en: 'start the demonstration with `npm start`, add a profile (chappe help profile), or give --url and CHAPPE_TOKEN',
        fr: 'démarrez la démonstration avec `npm start`, ajoutez un profil (chappe help profile), ou donnez --url et CHAPPE_TOKEN',
      },
    );
  }
  if (!URL.canParse(url))
    throw new UsageError({ en: `not an address: ${url}`, fr: `ce n'est pas une adresse : ${url}` });
  if (own !== undefined) return { url, token: own, actingAs: asked, language, stack: undefined };
  if (chosen !== undefined) {
    const { profileToken } = await import('./profiles/profile-token.ts');
    const token = await profileToken(terminal, chosen);
    return { url, token, actingAs: asked ?? chosen.profile.as, language, stack: undefined };
  }
  if (stack === undefined || new URL(url).origin !== new URL(stack.url).origin) {
    throw new UsageError(
      {
        en: `I have nothing to sign in with at ${url}.`,
        fr: `Je n'ai rien pour m'authentifier auprès de ${url}.`,
      },
      {
        en: 'set CHAPPE_TOKEN, or CHAPPE_ISSUER, CHAPPE_CLIENT_ID and CHAPPE_CLIENT_KEY_FILE (a private key)',
        fr: 'définissez CHAPPE_TOKEN, ou CHAPPE_ISSUER, CHAPPE_CLIENT_ID et CHAPPE_CLIENT_KEY_FILE (une clé privée)',
      },
    );
  }
  const actingAs = asked ?? firstDemonstrationPost;
  const accounts = await readLocalAccounts(stack);
  const token = await demonstrationToken(stack, accounts, actingAs, options);
  return { url, token, actingAs, language, stack };
}

/** A client for a resolved connection; `patienceMs` is how long it goes on repeating one request. */
export async function openClient(
  connection: Connection,
  options: GlobalOptions,
  patienceMs?: number,
): Promise<ChappeClient> {
  const { createClient } = await import('../create-client.ts');
  const timeoutMs = (options.timeout ?? 10) * 1000;
  return createClient({
    url: connection.url,
    token: connection.token,
    ...(connection.actingAs === undefined ? {} : { actingAs: connection.actingAs }),
    timeoutMs,
    language: connection.language,
    retry: { deadlineMs: patienceMs ?? timeoutMs * 3 },
  });
}

async function ownCredentials(terminal: Terminal): Promise<TokenProvider | undefined> {
  const { env } = terminal;
  const token = env.CHAPPE_TOKEN;
  if (token !== undefined && token !== '') return async () => token;
  const { CHAPPE_ISSUER: issuer, CHAPPE_CLIENT_ID: clientId, CHAPPE_CLIENT_KEY_FILE: keyFile } = env;
  if (clientId === undefined && keyFile === undefined) return undefined;
  if (issuer === undefined || clientId === undefined || keyFile === undefined) {
    throw new UsageError({
      en: 'CHAPPE_ISSUER, CHAPPE_CLIENT_ID and CHAPPE_CLIENT_KEY_FILE belong together; one is missing.',
      fr: 'CHAPPE_ISSUER, CHAPPE_CLIENT_ID et CHAPPE_CLIENT_KEY_FILE vont ensemble ; il en manque.',
    });
  }
  const { loadKey } = await import('./profiles/load-key.ts');
  const privateJwk = await loadKey(terminal, resolve(terminal.cwd, keyFile));
  const { clientCredentials } = await import('../client-credentials.ts');
  return clientCredentials({
    issuer,
    clientId,
    privateJwk,
    resource: env.CHAPPE_RESOURCE ?? 'urn:chappe:api',
  });
}

async function demonstrationToken(
  stack: LocalStack,
  accounts: LocalAccounts,
  correspondent: string,
  options: { readonly login?: string; readonly client?: boolean },
): Promise<TokenProvider> {
  const { issuer } = stack;
  const { resource } = accounts;
  if (options.client === true) {
    const system = accounts.clients.find((candidate) => candidate.correspondent === correspondent);
    if (system === undefined) throw nobody(correspondent, accounts.clients);
    const { clientCredentials } = await import('../client-credentials.ts');
    return clientCredentials({ issuer, clientId: system.clientId, privateJwk: system.privateJwk, resource });
  }
  const account = accounts.accounts.find(
    ({ login, correspondent: theirs }) =>
      theirs === correspondent && (options.login === undefined || login === options.login),
  );
  if (account === undefined) throw nobody(correspondent, accounts.accounts);
  const { authorizationCodeWithPassword } = await import('../authorization-code.ts');
  return authorizationCodeWithPassword({ issuer, resource, ...accounts.cli, ...account });
}

function nobody(correspondent: string, holders: readonly { readonly correspondent: string }[]): UsageError {
  const choices = [...new Set(holders.map((holder) => holder.correspondent))].join(', ');
  return new UsageError(
    {
      en: `nobody acts for ${correspondent} in the demonstration`,
      fr: `personne n'agit pour ${correspondent} dans la démonstration`,
    },
    { en: `choose one of: ${choices}`, fr: `choisissez parmi : ${choices}` },
  );
}
