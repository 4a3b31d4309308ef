import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider } from 'oidc-provider';
import { freePort } from '../process/free-port.ts';
import { preferredLanguage, renderLoginPage } from './login-page.ts';
import {
  type OidcAccount,
  type OidcPublicClient,
  type OidcSystemClient,
  providerConfiguration,
} from './provider-configuration.ts';

const longestForm = 4_096;

/** Who can sign in, and where the provider listens. */
export interface OidcOptions {
  port?: number;
  accounts: readonly OidcAccount[];
  systems?: readonly OidcSystemClient[];
  publicClients?: readonly OidcPublicClient[];
  resource?: string;
  accessTokenLifetimeS?: number;
  /** An ES256 private key, kept by whoever wants tokens to survive a restart. */
  signingKey?: JWK;
}

/** A provider that is up. */
export interface RunningOidcProvider {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly resource: string;
  stop(): Promise<void>;
}

/** Makes a key pair as systems and the provider use it. */
export async function createSigningKey(kid: string): Promise<{ privateJwk: JWK; publicJwk: JWK }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const named = { kid, alg: 'ES256' };
  return {
    privateJwk: { ...(await exportJWK(privateKey)), ...named },
    publicJwk: { ...(await exportJWK(publicKey)), ...named },
  };
}

/** Starts an OpenID provider on loopback, in this process, with a log-in page of its own. */
export async function startOidcProvider(options: OidcOptions): Promise<RunningOidcProvider> {
  const port = options.port ?? (await freePort());
  const issuer = `http://127.0.0.1:${port}`;
  const resource = options.resource ?? 'urn:chappe:api';
  const provider = new Provider(
    issuer,
    providerConfiguration({
      accounts: options.accounts,
      systems: options.systems ?? [],
      publicClients: options.publicClients ?? [],
      resource,
      accessTokenLifetimeS: options.accessTokenLifetimeS ?? 300,
      signingKey: options.signingKey ?? (await createSigningKey('provider')).privateJwk,
    }),
  );
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (!request.url?.startsWith('/interaction/')) {
      answer(request, response);
      return;
    }
    interact(provider, options.accounts, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
      response.end('session expired / session expirée\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    resource,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The pages between the authorization request and its answer: log in, or go on when signed in. */
async function interact(
  provider: Provider,
  accounts: readonly OidcAccount[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, session } = await provider.interactionDetails(request, response);
  const language = preferredLanguage(request.headers['accept-language']);
  const action = request.url ?? '';
  const signedIn = prompt.name === 'login' ? undefined : session?.accountId;
  if (request.method !== 'POST') {
    const page = { language, action, ...(signedIn === undefined ? {} : { signedInAs: signedIn }) };
    sendPage(response, 200, renderLoginPage(page));
    return;
  }
  const form = await readForm(request);
  if (signedIn !== undefined) {
    await provider.interactionFinished(request, response, { consent: {} }, { mergeWithLastSubmission: true });
    return;
  }
  const username = form.get('username') ?? '';
  const account = accounts.find((candidate) => candidate.username.toLowerCase() === username.toLowerCase());
  const matches = isSameText(form.get('password') ?? '', account?.password ?? '');
  if (account === undefined || !matches) {
    await sleep(300);
    sendPage(response, 200, renderLoginPage({ language, action, username, failed: true }));
    return;
  }
  const result = { login: { accountId: account.subject, amr: ['pwd'] }, consent: {} };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > longestForm) throw new Error('the form is too long');
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(html);
}

/** Takes the same time whatever differs. */
function isSameText(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected)) && expected !== '';
}
